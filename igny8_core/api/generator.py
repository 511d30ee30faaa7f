"""Which endpoints the schema of this API has."""

from typing import Any

from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator

from igny8_core.api.base import ServiceEndpoint


class ServiceEndpoints(EndpointEnumerator):
    """The endpoints for customers among all of the service."""

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        """Tell whether an endpoint is one of this API."""
        return super().should_include_endpoint(path, callback) and issubclass(callback.cls, ServiceEndpoint)


class ServiceSchema(SchemaGenerator):
    """The schema of this API alone."""

    endpoint_inspector_cls = ServiceEndpoints
