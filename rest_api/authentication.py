"""Who a program is: the token that it sends."""

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from migration_harness.api import TokenRefused, admit

_SCHEMES: Final = ("bearer", "token")
"""``Token`` is what scripts of before say."""


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer mh_…``; ``request.auth`` is the token, with its scopes."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return user and token; None where the header is of another kind, so that a session may answer."""
        words = request.headers.get("Authorization", "").split()
        if not words or words[0].lower() not in _SCHEMES:
            return None
        if len(words) != 2:  # noqa: PLR2004  The scheme and the token.
            raise AuthenticationFailed("Send the token in one word: Authorization: Bearer mh_…")
        try:
            admitted = admit(words[1])
        except TokenRefused as error:
            raise AuthenticationFailed(str(error)) from None
        return admitted.user, admitted.token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  REST framework's signature.
        """Return the challenge of a 401."""
        return "Bearer"


# What the library's class extends carries no types.
_Extension: Any = OpenApiAuthenticationExtension


class TokenScheme(_Extension):
    """How the schema says it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002  The library's signature.
        """Describe the header."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "mh_…",
            "description": "A token of `manage.py harness token create USERNAME --name NAME --scope SCOPE`, or of "
            "the console. It needs the scope `read` for GET, `operate` for what changes something, and `approve` for a "
            "second person's word; one of the scope `gate` answers gates and does nothing else.",
        }
