"""Who may use the API of the service."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from igny8_core.operators.key_entry import require_key_entry
from migration_harness.api import of_request


class BelongsToAccount(BasePermission):
    """Lets in who belongs to an account; what they see is that account's alone."""

    message = "Sign in as a user of an account: operators have an API of their own, at /api/v1/migration/."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  REST framework's signature.
        """Tell whether the user is active and belongs to an account."""
        user = request.user
        return bool(user and user.is_active and getattr(user, "account_id", None) is not None)


class MayEnterKeys(BasePermission):
    """Lets in whoever may enter keys of providers, as the admin does; raises NotAllowed, which says what is missing."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  REST framework's signature.
        """Tell whether anybody is signed in; whoever may not enter keys is told why."""
        if not (request.user and request.user.is_active):
            return False
        require_key_entry(of_request(request.user, request.auth), subject="provider keys")
        return True
