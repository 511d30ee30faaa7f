"""Who may use the API: whoever may do the action that an endpoint declares for the method."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from migration_harness.authority import actions
from migration_harness.authority.actions import Action
from migration_harness.authority.actors import Actor
from migration_harness.authority.asking import require_one_of
from migration_harness.tokens.owning import of_request


class Declares(Protocol):
    """What an endpoint says of its methods: the actions of which one must be allowed."""

    actions: Mapping[str, Sequence[Action]]


class MayDo(BasePermission):
    """Asks for the action of the method; who is not signed in is asked to."""

    message = "This API is for operators."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the user may do it; raises NotAllowed, which says what is missing, where they may not."""
        if not (request.user and request.user.is_active):
            return False
        declared = cast("Declares", view).actions
        # What an endpoint does not know it refuses itself, to whoever may look.
        needed = declared.get(request.method or "", (actions.LOOK,))
        require_one_of(actor_of(request), needed, subject=" ".join(map(str, view.kwargs.values())))
        return True


def actor_of(request: Request) -> Actor:
    """Return who asks, as somebody who acts."""
    return of_request(request.user, request.auth)


def missing(view: type[Any]) -> list[str]:
    """Return the methods with which an endpoint writes and of which it does not say what they do."""
    return [
        each for each in ("POST", "PUT", "PATCH", "DELETE") if hasattr(view, each.lower()) and each not in view.actions
    ]
