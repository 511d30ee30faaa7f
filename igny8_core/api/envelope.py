"""The shape of every answer: ``{success, data, message?, error?, request_id}``, lists with ``results``."""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from migration_harness.api import current_request_id


class EnvelopeRenderer(JSONRenderer):
    """Puts what a view answers into the envelope; a list and an error are in it already."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return the answer as JSON."""
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code in (204, 304):
            return b""
        if not (isinstance(data, dict) and "success" in data):
            data = {"success": True, "data": data, "request_id": current_request_id()}
        rendered: bytes = super().render(data, accepted_media_type, renderer_context)
        return rendered


class EnvelopePagination(PageNumberPagination):
    """``{success, count, next, previous, results}``."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response(self, data: Any) -> Response:
        """Return one page in the envelope."""
        assert self.page is not None  # noqa: S101  REST framework sets it before it asks for an answer.
        return Response(
            {
                "success": True,
                "count": self.page.paginator.count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "results": data,
                "request_id": current_request_id(),
            }
        )


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
