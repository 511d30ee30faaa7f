"""Tokens as lists show them: never a text, nor its hash."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.contrib.auth import get_user_model

from migration_harness.models import ApiToken


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToken:
    """A token, whose it is, and whether it is accepted."""

    prefix: str
    username: str
    name: str
    scopes: tuple[str, ...]
    state: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_by: str

    @classmethod
    def of(cls, token: ApiToken, *, username: str, now: datetime) -> Self:
        """Return a token as it is now; of a user that is gone the name is empty."""
        return cls(
            prefix=token.prefix,
            username=username,
            name=token.name,
            scopes=tuple(token.scopes),
            state=_state(token, now=now),
            created_at=token.created_at,
            created_by=token.created_by,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_by=token.revoked_by,
        )


def tokens(*, now: datetime, username: str | None = None, every: bool = False) -> list[KnownToken]:
    """Return tokens, the newest first: those that have neither expired nor been revoked, or with ``every`` all."""
    rows = list(ApiToken.objects.order_by("-id"))
    names = _names({row.user_id for row in rows})
    known = [KnownToken.of(row, username=names.get(row.user_id, ""), now=now) for row in rows]
    return [
        each for each in known if (every or each.state == "active") and (username is None or each.username == username)
    ]


def _names(user_ids: set[str]) -> dict[str, str]:
    users: Any = get_user_model()
    rows = users.objects.filter(pk__in=user_ids).values_list("pk", users.USERNAME_FIELD)
    return {str(pk): name for pk, name in rows}


def _state(token: ApiToken, *, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at <= now else "active"
