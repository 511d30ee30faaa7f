"""What every request has to do with signing in."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from igny8_core.auth.signing_in import devices, requiring, sessions


class SignInMiddleware:
    """Ends sessions that are over, asks for the second factor, remembers browsers. Stands behind authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the request."""
        sessions.end_if_over(request, now=timezone.now())
        response = requiring.answer_instead(request) or self._get_response(request)
        devices.tell(request, response)
        return response
