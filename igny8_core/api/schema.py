"""The schema of this API and its page, for its customers."""

from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.renderers import TemplateHTMLRenderer

from igny8_core.api.base import ServiceEndpoint
from igny8_core.api.generator import ServiceSchema


class Schema(ServiceEndpoint, SpectacularAPIView):
    """The schema, as OpenAPI 3 in JSON: the one answer without an envelope."""

    renderer_classes = [OpenApiJsonRenderer2]
    generator_class = ServiceSchema
    schema = None


class Page(ServiceEndpoint, SpectacularSwaggerView):
    """The page of the schema. Its scripts come from this service; it can try what reads, nothing that writes."""

    renderer_classes = [TemplateHTMLRenderer]
    url_name = "service-schema"
    schema = None
