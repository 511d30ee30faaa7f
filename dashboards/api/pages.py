"""Lists, a page at a time."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api.answers import Answer
from dashboards.api.requests import MOST_ROWS
from migration_harness.deciding.unit_of_work import current_request_id


class Pages(PageNumberPagination):
    """Fifty rows a page, or as many as the client asks for."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST_ROWS

    def get_paginated_response(self, data: Any) -> Response:
        """Return the envelope of a list."""
        answer = super().get_paginated_response(data)
        answer.data = {"success": True, **(answer.data or {}), "request_id": current_request_id()}
        return answer


def page_of(rows: Sequence[Any] | QuerySet[Any], answer: type[Answer], request: Request) -> Response:
    """Return the page of ``rows`` that the request asks for."""
    pages = Pages()
    # A list will do as well as a query set.
    shown = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response(answer(shown, many=True).data)
