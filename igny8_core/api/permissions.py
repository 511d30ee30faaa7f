"""Who may use the API of the service."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class BelongsToAccount(BasePermission):
    """Lets in who belongs to an account; what they see is that account's alone."""

    message = "Sign in as a user of an account: operators have an API of their own, at /api/v1/migration/."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  REST framework's signature.
        """Tell whether the user is active and belongs to an account."""
        user = request.user
        return bool(user and user.is_active and getattr(user, "account_id", None) is not None)


class IsOperator(BasePermission):
    """Lets in operators: what they change is the whole installation's."""

    message = "This is for operators."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  REST framework's signature.
        """Tell whether the user is active and an operator."""
        return bool(request.user and request.user.is_active and request.user.is_staff)
