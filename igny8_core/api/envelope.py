"""The shape of every answer: ``{success, data, message?, error?, request_id}``, lists with ``results``."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from migration_harness.api import current_request_id

_BODILESS: Final = (204, 304)


class EnvelopeRenderer(JSONRenderer):
    """Puts what a view answers into the envelope; a list and an error are in it already."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return the answer as JSON."""
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code in _BODILESS:
            return b""
        rendered: bytes = super().render(
            data if _is_enveloped(data) else success(data), accepted_media_type, renderer_context
        )
        return rendered


class EnvelopePagination(PageNumberPagination):
    """``{success, count, next, previous, results}``: fifty rows a page, or as many as the client asks for."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response(self, data: Any) -> Response:
        """Return one page in the envelope."""
        answer = super().get_paginated_response(data)
        answer.data = {"success": True, **(answer.data or {}), "request_id": current_request_id()}
        return answer

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe one page in the envelope."""
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["success", "count", "next", "previous", "results", "request_id"],
            "properties": {
                "success": {"type": "boolean", "description": "True."},
                "count": {"type": "integer", "description": "Rows of all pages."},
                "next": link,
                "previous": link,
                "results": schema,
                "request_id": {"type": "string"},
            },
        }


def success(data: Any, *, message: str = "") -> dict[str, Any]:
    """Return the answer to a request that was done; ``message`` is a sentence for a person."""
    said = {"message": message} if message else {}
    return {"success": True, "data": data, **said, "request_id": current_request_id()}


def failure(message: str, *, code: str, fields: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """Return the answer to a request that was not done.

    ``code`` is for programs and does not change; ``message`` is for people. ``fields`` names what is wrong
    with which field of the request.
    """
    return {
        "success": False,
        "data": None,
        "message": message,
        "error": {"code": code, "fields": dict(fields or {})},
        "request_id": current_request_id(),
    }


def _is_enveloped(data: Any) -> bool:
    # Both keys: what an endpoint answers may well have a field named ``success``.
    return isinstance(data, dict) and {"success", "request_id"} <= data.keys()
