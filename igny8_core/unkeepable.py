"""Addresses that no database could look for: a NUL in a path names nothing, one in a query is a wrong request."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse

_API = "/api/"


class RefuseUnkeepable:
    """Refuses them for all pages; the APIs do so themselves, in their envelope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request on, where it can be looked for."""
        if not request.path.startswith(_API):
            if "\x00" in request.path:
                raise Http404
            if any("\x00" in text for name, values in request.GET.lists() for text in (name, *values)):
                raise BadRequest("A query cannot have a NUL character.")
        return self._get_response(request)
