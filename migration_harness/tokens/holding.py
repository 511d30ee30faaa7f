"""Tokens are made and revoked. Both are on the audit trail, by the token's prefix."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.utils import timezone

from migration_harness.exceptions import TokenNotMade, UnknownPerson, UnknownToken
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import ApiToken
from migration_harness.tokens.seal import seal_of
from migration_harness.tokens.text import TokenText, new_text
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

DAYS: Final = 90
"""How long a token lives, where nothing is said."""
MOST_DAYS: Final = 366
"""How long it may live: one that nobody has to make anew is forgotten."""
_NAME_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A token that was made. Its text is shown now or never."""

    token: ApiToken
    text: TokenText


def make_token(
    *, username: str, name: str, scopes: Iterable[str], actor: str, days: int = DAYS, by_owner: bool = False
) -> Made:
    """Make a token for a user; it lives for some days. Raises UnknownPerson and TokenNotMade.

    ``by_owner``: the user is at it, and has shown with session or password that it is them.
    """
    user, wanted = _user_of(username), _scopes_of(scopes)
    name = keepable(name.strip())
    if not 0 < len(name) <= _NAME_CHARACTERS:
        raise TokenNotMade(f"Say in 1 to {_NAME_CHARACTERS} characters what the token is for: it is how one knows it.")
    if not 0 < days <= MOST_DAYS:
        raise TokenNotMade(f"A token lives for 1 to {MOST_DAYS} days, not for {days:,}.")
    now, text = timezone.now(), new_text()
    token = ApiToken(
        prefix=text.prefix,
        hash=text.hash,
        user_id=str(user.pk),
        name=name,
        scopes=wanted,
        password_seal=seal_of(user),
        created_at=now,
        created_by=audit.actor_kept(actor),
        by_owner=by_owner,
        expires_at=now + timedelta(days=days),
    )
    after = {
        "user": username,
        "name": name,
        "scopes": wanted,
        "expires": token.expires_at.isoformat(),
        "by_owner": by_owner,
    }
    with read_committed():
        token.save(force_insert=True)
        _record("make token", token, actor=actor, before={}, after=after, reason="", now=now)
    return Made(token=token, text=text)


def revoke_token(*, prefix: str, actor: str, reason: str = "") -> ApiToken:
    """End a token at once. Raises UnknownToken where there is none that begins so, or it was revoked before."""
    with read_committed():
        token: ApiToken | None = ApiToken.objects.select_for_update().filter(prefix=prefix).first()
        if token is None:
            raise UnknownToken(f"There is no token that begins with {prefix!r}. List them: harness token list")
        if token.revoked_at is not None:
            raise UnknownToken(f"The token {prefix} was revoked before, by {token.revoked_by}.")
        now = timezone.now()
        token.revoked_at, token.revoked_by = now, audit.actor_kept(actor)
        token.save(update_fields=["revoked_at", "revoked_by"])
        after = {"revoked": True}
        _record("revoke token", token, actor=actor, before={"revoked": False}, after=after, reason=reason, now=now)
    return token


def _user_of(username: str) -> Any:
    users = get_user_model()
    found = users.objects.filter(**{users.USERNAME_FIELD: keepable(username)}).first()
    if found is None or not found.is_active:
        raise UnknownPerson(f"There is no active user {username!r}. A token is for one, by the name that signs in.")
    return found


def _scopes_of(names: Iterable[str]) -> list[str]:
    asked = set(names)
    known = [str(scope) for scope in ApiToken.Scope]
    if not asked or not asked <= set(known):
        raise TokenNotMade(f"Say what the token may do, by one or more of the scopes {', '.join(known)}.")
    if ApiToken.Scope.GATE.value in asked and len(asked) > 1:
        raise TokenNotMade("A token of the scope gate answers gates and nothing else. Make another one for the rest.")
    return [scope for scope in known if scope in asked]


def _record(
    action: str,
    token: ApiToken,
    *,
    actor: str,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str,
    now: datetime,
) -> None:
    entry = Entry(
        actor=actor, action=action, subject=token.prefix, before=before, after=after, reason=reason, evidence={}
    )
    audit.append(entry, now=now)
