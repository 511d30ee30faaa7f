"""What a token may do."""

from typing import Final

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

READ: Final = "read"
OPERATE: Final = "operate"
APPROVE: Final = "approve"


class HasScope(BasePermission):
    """Refuses a token that lacks the scope of a request; who has signed in with a session has all of them.

    It takes nothing else into account: what the user may do is for the other permissions of an endpoint to say.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether there is no token, or one with the scope. Raises PermissionDenied, which names the scope."""
        scopes = getattr(request.auth, "scopes", None)
        needed = scope_of(request, view)
        if scopes is None or needed in scopes:
            return True
        raise PermissionDenied(
            f"This token lacks the scope {needed}: it has {', '.join(scopes)}. Use one that has it, or make one: "
            f"manage.py harness token create USERNAME --name NAME --scope {needed}."
        )


def scope_of(request: Request, view: APIView) -> str:
    """Return what a request needs: ``read`` to look, else the ``needed_scope`` of the endpoint, or ``operate``."""
    if request.method in SAFE_METHODS:
        return READ
    named: str | None = getattr(view, "needed_scope", None)
    return named or OPERATE
