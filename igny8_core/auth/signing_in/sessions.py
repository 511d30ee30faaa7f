"""How long an operator stays signed in. A customer's session is Django's own."""

from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone

from igny8_core.auth.signing_in.requiring import SESSION_KEY
from rest_api.addresses import address_of

_SINCE: Final = "signed_in_at"
_SEEN: Final = "seen_at"
_SEEN_NOTED_EVERY: Final = timedelta(minutes=1)

log = structlog.get_logger("igny8")


def begin(*, request: HttpRequest, user: Any, **_: Any) -> None:
    """Note when a session began; Django calls it for every sign-in."""
    request.session[_SINCE] = request.session[_SEEN] = timezone.now().timestamp()
    request.session[SESSION_KEY] = getattr(user, "shown_factor", None)
    log.info("igny8.signed_in", user=user.get_username(), address=address_of(request))


def end_if_over(request: HttpRequest, *, now: datetime) -> None:
    """Sign an operator out whose session is over: the request goes on as one of nobody.

    Who signed in before this was noted begins now, and who has become an operator since is asked like any other.
    """
    user = request.user
    if not (user.is_authenticated and user.is_staff):
        return
    session, at = request.session, now.timestamp()
    since, seen = session.get(_SINCE), session.get(_SEEN)
    if since is None or seen is None:
        session[_SINCE] = session[_SEEN] = at
    elif _is_longer(at - since, settings.IGNY8_OPERATOR_SESSION_MINUTES) or _is_longer(
        at - seen, settings.IGNY8_OPERATOR_IDLE_MINUTES
    ):
        log.info("igny8.session_over", user=user.get_username(), address=address_of(request))
        auth.logout(request)
    elif at - seen >= _SEEN_NOTED_EVERY.total_seconds():
        session[_SEEN] = at


def _is_longer(seconds: float, minutes: int) -> bool:
    return seconds >= timedelta(minutes=minutes).total_seconds()
