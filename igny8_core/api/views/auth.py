"""Sign in and out with a session, and who is signed in: what the frontend asks first."""

from typing import Any, Final

import waffle
from django.contrib import auth
from django.http import HttpRequest
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import ServiceEndpoint
from igny8_core.api.describing import NOTHING
from igny8_core.api.serializers.auth import WhoAnswer
from igny8_core.auth.models import Account, User
from igny8_core.auth.signing_in.gate import TooManyAttempts

# @legacy begin dynamic-model-choices
FRONTEND_FLAGS: Final = ("dynamic-model-choices",)
"""What the frontend does in one of two ways."""


# @legacy end
class Credentials(serializers.Serializer[Any]):
    """The body of a sign-in."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    code = serializers.CharField(
        max_length=30, required=False, allow_blank=True, help_text="Of an operator's second factor, where there is one."
    )


class HeldUp(Throttled):
    """Too many attempts have failed; ``Retry-After`` says when to try again."""

    def __init__(self, refused: TooManyAttempts) -> None:
        super().__init__(wait=refused.wait_seconds)
        self.detail = ErrorDetail(str(refused), code=self.default_code)


class Login(ServiceEndpoint):
    """Begin a session."""

    permission_classes = (AllowAny,)

    @extend_schema(request=Credentials, responses=WhoAnswer)
    def post(self, request: Request) -> Response:
        """Answer who is signed in; 401 for a wrong name or password, 429 after too many attempts that failed."""
        # The base checks the token of those alone who have a session: a foreign page must not sign anybody in either.
        SessionAuthentication().enforce_csrf(request)
        credentials = Credentials(data=request.data)
        credentials.is_valid(raise_exception=True)
        user = auth.authenticate(request._request, **credentials.validated_data)  # noqa: SLF001  Django's own request.
        if refused := getattr(request._request, "sign_in_refused", None):  # noqa: SLF001
            raise HeldUp(refused)
        if user is None:
            raise AuthenticationFailed("The username or the password is wrong.")
        auth.login(request._request, user)  # noqa: SLF001
        return Response(who(request._request))  # noqa: SLF001


class Logout(ServiceEndpoint):
    """End the session."""

    permission_classes = (AllowAny,)

    @extend_schema(request=None, responses=NOTHING)
    def post(self, request: Request) -> Response:
        """End it; who has none is signed out already."""
        auth.logout(request._request)  # noqa: SLF001
        return Response(None)


class Me(ServiceEndpoint):
    """Who is signed in; nobody is an answer too."""

    permission_classes = (AllowAny,)

    @extend_schema(responses=WhoAnswer)
    def get(self, request: Request) -> Response:
        """Answer user, account and flags, and set the cookie of the CSRF token for what follows."""
        get_token(request._request)  # noqa: SLF001
        return Response(who(request._request))  # noqa: SLF001


def who(request: HttpRequest) -> dict[str, Any]:
    """Return the user of a request with account and flags; an operator has no account."""
    user = request.user
    if not isinstance(user, User):
        return {
            "user": None,
            "account": None,
            "flags": {},  # @legacy line dynamic-model-choices
        }
    return {
        "user": {"username": user.get_username()},
        "account": _account(user.account) if user.account else None,
        # @legacy begin dynamic-model-choices
        "flags": {name: waffle.flag_is_active(request, name) for name in FRONTEND_FLAGS},
        # @legacy end
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": account.pk,
        "name": account.name,
        "plan": account.plan.name,
        "credits": account.credits,
        "allows_overrides": account.plan.allows_overrides,
    }
