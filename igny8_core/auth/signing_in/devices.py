"""Browsers in which somebody has signed in before: a signed cookie says for which name.

It opens nothing. It only says that this browser is no stranger to the name, so that a stranger's guesses do not hold it
up: Note [Nobody locks a person out] of :mod:`~igny8_core.auth.signing_in.gate`.
"""

import secrets
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from igny8_core.auth.signing_in.gate import digest_of

COOKIE: Final = "known_browser"
_SALT: Final = "igny8.known_browser"
_AGE: Final = timedelta(days=180)


def device_of(request: HttpRequest, *, name: str) -> str:
    """Return the browser's number where this name has signed in there before; else an empty text."""
    try:
        known: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_AGE)
    except signing.BadSignature:
        return ""
    return str(known["device"]) if known["name"] == digest_of(name) else ""


def remember(request: HttpRequest, *, name: str) -> None:
    """Let the answer to this request tell the browser that this name has signed in there."""
    device = device_of(request, name=name) or secrets.token_hex(16)
    request.known_browser = signing.dumps({"name": digest_of(name), "device": device}, salt=_SALT)  # type: ignore[attr-defined]


def tell(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie, where somebody has signed in with this request."""
    if told := getattr(request, "known_browser", None):
        response.set_cookie(
            COOKIE, told, max_age=_AGE, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
