"""Who may use the API."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class IsOperator(BasePermission):
    """Grants operators everything and everybody else nothing, whichever way they signed in."""

    message = "This API is for operators."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  REST framework's signature.
        """Tell whether the user is an operator now: staff, and active."""
        return bool(request.user and request.user.is_active and request.user.is_staff)
