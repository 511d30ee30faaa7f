"""The schema of this API and its page, for operators too."""

from typing import Any

from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.renderers import TemplateHTMLRenderer

from dashboards.api.describing import FAILURE
from dashboards.api.endpoint import OperatorEndpoint


class OperatorEndpoints(EndpointEnumerator):
    """The endpoints for operators among all of the service."""

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        """Tell whether an endpoint is one of this API."""
        return super().should_include_endpoint(path, callback) and issubclass(callback.cls, OperatorEndpoint)


class OperatorSchema(SchemaGenerator):
    """The schema of this API alone."""

    endpoint_inspector_cls = OperatorEndpoints


@extend_schema_view(
    get=extend_schema(
        parameters=[OpenApiParameter("lang", exclude=True)],
        responses={200: OpenApiTypes.OBJECT, "4XX": FAILURE},
    )
)
class Schema(OperatorEndpoint, SpectacularAPIView):
    """The schema, as OpenAPI 3 in JSON: the one answer without an envelope."""

    renderer_classes = [OpenApiJsonRenderer2]
    generator_class = OperatorSchema


class Page(OperatorEndpoint, SpectacularSwaggerView):
    """The page of the schema. Its scripts come from this service; it can try what reads, nothing that writes."""

    renderer_classes = [TemplateHTMLRenderer]
    url_name = "migration-api:schema"
