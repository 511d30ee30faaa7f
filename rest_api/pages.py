"""Lists, a page at a time: ``{success, count, next, previous, results}``."""

from typing import Any, Final

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response

from migration_harness.api import current_request_id

MOST_ROWS: Final = 200
"""Rows of one page of a list."""


class EnvelopePagination(PageNumberPagination):
    """Fifty rows a page, or as many as the client asks for."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST_ROWS

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
