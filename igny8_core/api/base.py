"""What every endpoint of the service has in common: who may call it, what it sees, how it answers."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db.models import Model, QuerySet
from rest_framework import mixins, viewsets
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, PrimaryKeyRelatedField
from rest_framework.throttling import BaseThrottle, UserRateThrottle
from rest_framework.views import APIView

from igny8_core.api.envelope import EnvelopePagination, EnvelopeRenderer
from igny8_core.api.errors import answer_to
from igny8_core.api.permissions import BelongsToAccount
from igny8_core.auth.models import Account, User


class ServiceEndpoint(APIView):
    """Base of every view: token or session, the caller's account, JSON in, the envelope out."""

    # The token first: its challenge makes the answer to an anonymous request 401.
    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes: Sequence[type[BasePermission]] = (BelongsToAccount,)
    throttle_classes: Sequence[type[BaseThrottle]] = (UserRateThrottle,)
    parser_classes = (JSONParser,)
    renderer_classes = (EnvelopeRenderer,)

    @property
    def account(self) -> Account:
        """The caller's account."""
        return cast("Account", cast("User", self.request.user).account)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response]:
        """Answer every error in the envelope."""
        return answer_to


class Tenant(ServiceEndpoint, viewsets.GenericViewSet[Any]):
    """Sees the rows of the caller's account and no other: another tenant's row does not exist (404)."""

    pagination_class = EnvelopePagination

    def get_queryset(self) -> QuerySet[Any]:
        """Return the account's rows."""
        rows = super().get_queryset()
        # For the schema there is no request and no account.
        return rows.none() if getattr(self, "swagger_fake_view", False) else rows.filter(account=self.account)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Create within the caller's account."""
        serializer.save(account=self.account)


class TenantReadOnlyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, Tenant):
    """List and read."""


class TenantViewSet(
    Tenant,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
):
    """List, create, read, change, delete."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]


class OwnRelatedField(PrimaryKeyRelatedField[Model]):
    """Names a row of the caller's account; another tenant's row does not exist."""

    def get_queryset(self) -> QuerySet[Any]:
        """Return the account's rows of the related model."""
        rows = cast("QuerySet[Any]", super().get_queryset())
        request = self.context.get("request")
        account_id = getattr(getattr(request, "user", None), "account_id", None)
        return rows.filter(account_id=account_id)
