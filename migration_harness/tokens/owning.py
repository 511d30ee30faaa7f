"""Whose token it is, as somebody who acts: with what they may, and no more than its scopes give.

Note [A token that was given]: whoever has a prompt can make a token for anybody, as they can type any name. So one that
its owner has not made by their own act moves and looks as they may, and proves nobody: it asks for nothing that needs
two people, and approves, overrides and enters nothing.
"""

from typing import Any, Final

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
_A_PERSONS_WORD: Final = frozenset({str(Permission.OVERRIDE)})
"""What a token without the scope ``approve`` does not bring along: who may not say yes passes nothing without one."""


def owner_of(token: str) -> Actor | None:
    """Return who says at a prompt with a token who they are; None for one that is not accepted."""
    try:
        admitted = admit(token)
    except TokenRefused:
        return None
    scopes = set(admitted.token.scopes)
    given = frozenset(str(permission) for scope, permission in GIVES.items() if scope.value in scopes)
    proven = of_user(admitted.user, origin=Origin.PROVEN).narrowed_to(given)
    return proven if admitted.token.by_owner else proven.as_given()


def of_request(user: Any, token: Any) -> Actor:
    """Return who sends a request: with a session all that they may, with a token what that brings along.

    ``token``: the :class:`ApiToken` that was sent; None with a session.
    """
    if token is None:
        return of_user(user)
    approves = ApiToken.Scope.APPROVE.value in token.scopes
    sender = of_user(user, origin=Origin.TOKEN, but=frozenset() if approves else _A_PERSONS_WORD)
    return sender if token.by_owner else sender.as_given()
