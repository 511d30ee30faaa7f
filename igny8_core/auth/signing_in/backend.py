"""The one place where a password is judged: admin, console and REST sign in through it."""

from typing import Any

import structlog
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from igny8_core.auth.models import User
from igny8_core.auth.signing_in import devices, gate, second_factor
from rest_api.addresses import address_of

log = structlog.get_logger("igny8")


class GuardedBackend(ModelBackend):
    """Django's own, with guessing held up. A call without a request comes from no network, and is not counted.

    What it refuses no backend after it is asked about; what was wrong is told to nobody.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **options: Any
    ) -> User | None:
        """Return the user of name, password and, where there is a second factor, ``code``.

        Raises PermissionDenied, which Django takes for nobody. Where too many attempts have failed,
        ``sign_in_refused`` of the request says when to try again.
        """
        if username is None or password is None:
            return None
        if request is None:
            return self._judged(None, username, password, **options)
        try:
            attempt = gate.enter(
                name=username,
                address=address_of(request),
                device=devices.device_of(request, name=username),
                now=timezone.now(),
            )
        except gate.TooManyAttempts as refused:
            request.sign_in_refused = refused  # type: ignore[attr-defined]
            _log("igny8.sign_in_refused", request, username, wait_seconds=refused.wait_seconds)
            raise PermissionDenied from None
        user = self._judged(request, username, password, **options)
        if user is None:
            _log("igny8.sign_in_failed", request, username)
            raise PermissionDenied
        gate.passed(attempt)
        devices.remember(request, name=username)
        return user

    def _judged(
        self, request: HttpRequest | None, username: str, password: str, *, code: str = "", **_: Any
    ) -> User | None:
        """Return the user where everything is right; whether the password was, is told to nobody."""
        user = super().authenticate(request, username=username, password=password)
        if not isinstance(user, User):
            return None
        factor = second_factor.factor_of(user)
        if factor is None:
            return user
        if not second_factor.accepts(factor, code, now=timezone.now()):
            return None
        user.shown_factor = factor.pk
        return user


def _log(event: str, request: HttpRequest, username: str, **facts: Any) -> None:
    """Log what happened. A name that nobody has is not logged: people type passwords into that field."""
    known = get_user_model().objects.filter(username=username).exists()
    log.warning(event, user=username if known else "unknown", address=address_of(request), **facts)
