"""Whose token it is, as somebody who acts: with what they may, and no more than its scopes give."""

from typing import Final

from migration_harness.authority.actions import Permission
from migration_harness.authority.actors import Actor, Origin, of_user
from migration_harness.exceptions import TokenRefused
from migration_harness.models import ApiToken
from migration_harness.tokens.admitting import admit

GIVES: Final = {
    ApiToken.Scope.READ: Permission.LOOK,
    ApiToken.Scope.OPERATE: Permission.OPERATE,
    ApiToken.Scope.APPROVE: Permission.APPROVE,
}


def owner_of(token: str) -> Actor | None:
    """Return who has proved with a token who they are; None for one that is not accepted."""
    try:
        admitted = admit(token)
    except TokenRefused:
        return None
    scopes = set(admitted.token.scopes)
    given = frozenset(str(permission) for scope, permission in GIVES.items() if scope.value in scopes)
    return of_user(admitted.user, origin=Origin.PROVEN).narrowed_to(given)
