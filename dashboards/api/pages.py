"""Lists, a page at a time."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.api.answers import Answer
from rest_api.pages import EnvelopePagination


def page_of(rows: Sequence[Any] | QuerySet[Any], answer: type[Answer], request: Request) -> Response:
    """Return the page of ``rows`` that the request asks for."""
    pages = EnvelopePagination()
    # A list will do as well as a query set.
    shown = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response(answer(shown, many=True).data)
