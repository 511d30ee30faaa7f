"""What every endpoint of the service has in common: who may call it, what it sees, how it answers."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.cache import patch_cache_control
from rest_framework import exceptions, mixins, viewsets
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, PrimaryKeyRelatedField
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from igny8_core.api.describing import EnvelopeSchema
from igny8_core.api.envelope import EnvelopeRenderer
from igny8_core.api.errors import answer_to
from igny8_core.api.permissions import BelongsToAccount
from igny8_core.api.throttles import AccountThrottle
from igny8_core.auth.models import Account, User
from rest_api.authentication import TokenAuthentication
from rest_api.negotiation import OnlyOneForm, media_type
from rest_api.pages import EnvelopePagination
from rest_api.parsing import StrictJSONParser, is_keepable, refuse_unkeepable
from rest_api.scopes import HasScope
from rest_api.strict import StrictSerializer, checked

_MOST_DIGITS = len(str(2**63 - 1))


class ServiceEndpoint(APIView):
    """Base of every view: token or session, the caller's account, JSON in, the envelope out, never from a cache."""

    # The token first: its challenge makes the answer to an anonymous request 401.
    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes: Sequence[type[BasePermission]] = (BelongsToAccount,)
    throttle_classes: Sequence[type[BaseThrottle]] = (AccountThrottle,)
    parser_classes = (StrictJSONParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (EnvelopeRenderer,)
    content_negotiation_class = OnlyOneForm
    # No OPTIONS: the schema describes an endpoint better.
    http_method_names = ["get", "post", "put", "patch", "delete", "head"]
    schema: Any = EnvelopeSchema()

    throttle_scope: str | None = None
    """What a request counts as: None for reads or writes by its method, :data:`.throttles.AI` for AI actions."""

    query: type[StrictSerializer] | None = None
    """What may stand behind the question mark; None where the endpoint reads that itself."""

    asked_for: Mapping[str, Any] = MappingProxyType({})
    """The query as ``query`` reads it; empty where that is None."""

    def get_permissions(self) -> Sequence[Any]:
        """Ask who it is, then what their token may; no endpoint can leave the second question out."""
        return [*super().get_permissions(), HasScope()]

    @property
    def account(self) -> Account:
        """The caller's account."""
        return cast("Account", cast("User", self.request.user).account)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the caller in, then refuse what no endpoint could read, and read the query."""
        super().initial(request, *args, **kwargs)
        if not all(is_keepable(str(value)) for value in kwargs.values()):
            raise exceptions.NotFound
        self._require_parser(request)
        self.asked_for = self._read_query(request)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response]:
        """Answer every error in the envelope."""
        return answer_to

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Render an error as JSON, also where the endpoint answers with something else; keep caches out."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(final, Response) and final.exception:
            final.accepted_renderer = EnvelopeRenderer()
            final.accepted_media_type = EnvelopeRenderer.media_type
        # An endpoint with a validator (ETag) has said already how it may be kept.
        if not final.has_header("Cache-Control"):
            patch_cache_control(final, private=True, no_store=True)
        return final

    def _require_parser(self, request: Request) -> None:
        """Refuse a body of another type.

        An empty one too: REST framework would take that of a form for one that leaves every box unticked.
        """
        writes = request.method in self.allowed_methods and request.method not in SAFE_METHODS
        if not writes or not media_type(request):
            return
        if self.get_content_negotiator().select_parser(request, self.get_parsers()) is None:
            raise exceptions.UnsupportedMediaType(media_type(request))

    def _read_query(self, request: Request) -> dict[str, Any]:
        refuse_unkeepable(request.query_params)
        return checked(self.query, request.query_params) if self.query else {}


class Tenant(ServiceEndpoint, viewsets.GenericViewSet[Any]):
    """Sees the rows of the caller's account and no other: another tenant's row does not exist (404).

    Each write is one transaction, so that a row and what is saved with it are kept or lost together.
    """

    pagination_class = EnvelopePagination
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Any]:
        """Return the account's rows."""
        rows = super().get_queryset()
        # For the schema there is no request and no account.
        return rows.none() if getattr(self, "swagger_fake_view", False) else rows.filter(account=self.account)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Create within the caller's account."""
        with transaction.atomic():
            serializer.save(account=self.account)

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Change; the account stays."""
        with transaction.atomic():
            serializer.save()

    def perform_destroy(self, instance: Any) -> None:
        """Delete."""
        with transaction.atomic():
            instance.delete()


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

    http_method_names = ["get", "post", "patch", "delete", "head"]


class OwnRelatedField(PrimaryKeyRelatedField[Model]):
    """Names a row of the caller's account by its number; another tenant's row does not exist."""

    def get_queryset(self) -> QuerySet[Any]:
        """Return the account's rows of the related model."""
        rows = cast("QuerySet[Any]", super().get_queryset())
        request = self.context.get("request")
        account_id = getattr(getattr(request, "user", None), "account_id", None)
        return rows.filter(account_id=account_id)

    def to_internal_value(self, data: Any) -> Any:
        """Return the row. A whole number, in a form its digits, and nothing else: 1.5 must not name the row 1."""
        digits = isinstance(data, str) and data.isascii() and data.isdecimal() and len(data) <= _MOST_DIGITS
        if isinstance(data, bool) or not (isinstance(data, int) or digits):
            self.fail("incorrect_type", data_type=type(data).__name__)
        return super().to_internal_value(cast("Any", data))
