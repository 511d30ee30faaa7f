"""What a browser is told that a page may do: on every answer, also on errors, redirects and static files."""

import secrets
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

_EVERYWHERE: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_NOTHING: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For what is no page of ours: JSON, text, files, and the plain pages of errors."""

_PAGE: Final = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
    "img-src 'self' data:"
)
_WITH_NONCE: Final = f"{_PAGE}; script-src 'self' 'nonce-{{nonce}}'; style-src 'self' 'nonce-{{nonce}}'"
_WITH_ALPINE: Final = f"{_PAGE}; script-src 'self' 'nonce-{{nonce}}' 'unsafe-eval'; style-src 'self' 'nonce-{{nonce}}'"
"""unfold's menus are expressions in attributes, which Alpine compiles in the browser."""
_OF_ADMIN: Final = f"{_WITH_ALPINE}; style-src-attr 'unsafe-inline'"
"""Its lists give their bar of actions the width of the list, as a style attribute. A style element needs its nonce."""

_POLICY_OF_NAMESPACE: Final = {"admin": _OF_ADMIN, "dashboards": _WITH_ALPINE}
_POLICY_OF_NAME: Final = {
    "docs": _WITH_NONCE,
    "service-docs": _WITH_NONCE,
    "frontend": _PAGE,
    # A page of the admin that Django's own admin does not know.
    "second-factor": _OF_ADMIN,
}


class Headers:
    """The outermost middleware: no answer gets past it, whoever made it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and say what the answer may do; nothing that made it says otherwise."""
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = self._get_response(request)
        for name, value in _EVERYWHERE.items():
            response[name] = value
        response["Content-Security-Policy"] = _policy_of(request, response)
        return response


def csp_nonce(request: HttpRequest) -> dict[str, Any]:
    """Give templates the nonce without which an inline script or style is ignored."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}


def _policy_of(request: HttpRequest, response: HttpResponseBase) -> str:
    """Return what a page may load by whose it is; an address that nothing has is nobody's page."""
    match = request.resolver_match
    if match is None or not _is_page(response):
        return _NOTHING
    policy = _POLICY_OF_NAMESPACE.get(match.namespace) or _POLICY_OF_NAME.get(match.url_name or "") or _NOTHING
    return policy.format(nonce=request.csp_nonce)  # type: ignore[attr-defined]


def _is_page(response: HttpResponseBase) -> bool:
    return isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("text/html")
