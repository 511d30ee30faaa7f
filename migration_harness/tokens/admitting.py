"""A program sends a token: who it is, or why it is nobody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.utils import timezone

from migration_harness.database import transaction
from migration_harness.exceptions import TokenRefused
from migration_harness.models import ApiToken
from migration_harness.tokens.seal import holds
from migration_harness.tokens.text import read_text

_USE_NOTED_EVERY: Final = timedelta(minutes=1)
_MAKE_ANOTHER: Final = "Make another one: manage.py harness token create USERNAME --name NAME --scope SCOPE."

log = structlog.get_logger("harness")


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """Whose token it is."""

    user: Any
    token: ApiToken


def admit(sent: str, *, now: datetime | None = None) -> Admitted:
    """Return whose token was sent. Raises TokenRefused with the one reason for which it is not accepted.

    Why it is not is told to nobody but its holder: whoever has no token of ours hears that there is none.
    """
    now = now or timezone.now()
    text = read_text(sent)
    token = ApiToken.objects.filter(hash=text.hash).first() if text else None
    if token is None:
        raise _refused(None, f"This is no token of this service. {_MAKE_ANOTHER}")
    if token.revoked_at is not None:
        raise _refused(token, f"The token {token.prefix} was revoked. {_MAKE_ANOTHER}")
    if token.expires_at <= now:
        raise _refused(token, f"The token {token.prefix} has expired. {_MAKE_ANOTHER}")
    user = get_user_model().objects.filter(pk=token.user_id).first()
    if user is None or not user.is_active:
        raise _refused(token, f"The user of the token {token.prefix} may not sign in any more.")
    if not holds(token.password_seal, user):
        raise _refused(token, f"The password was changed after the token {token.prefix} was made. {_MAKE_ANOTHER}")
    _note_use(token, now=now)
    return Admitted(user=user, token=token)


def _refused(token: ApiToken | None, told: str) -> TokenRefused:
    log.warning("harness.token_refused", token=token.prefix if token else "unknown", reason=told)
    return TokenRefused(told)


def _note_use(token: ApiToken, *, now: datetime) -> None:
    """Write when it was used, once a minute. What a program is about to do waits for no lock of that row."""
    if token.last_used_at is not None and now - token.last_used_at < _USE_NOTED_EVERY:
        return
    try:
        with transaction.atomic():
            free = ApiToken.objects.select_for_update(skip_locked=True).filter(pk=token.pk)
            if free.exists():
                ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    except DatabaseError as error:
        # A rollback goes through, though nothing else can be written.
        log.warning("harness.token_use_not_noted", token=token.prefix, error=type(error).__name__)
