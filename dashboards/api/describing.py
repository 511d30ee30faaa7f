"""How the schema describes an endpoint: its data in the envelope."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers

from dashboards.api.answers import Answer
from rest_api.strict import StrictSerializer

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

FAILURE: Final = inline_serializer(
    name="Failure",
    fields={
        "success": serializers.BooleanField(default=False),
        "data": serializers.JSONField(allow_null=True),
        "message": serializers.CharField(),
        "error": inline_serializer(
            name="Error",
            fields={
                "code": serializers.CharField(),
                "fields": serializers.DictField(child=serializers.ListField(child=serializers.CharField())),
            },
        ),
        "request_id": serializers.CharField(),
    },
)
"""The answer to a request that was not done."""


def describes(
    answer: type[Answer],
    *,
    paged: bool = False,
    body: type[StrictSerializer] | None = None,
    query: type[StrictSerializer] | None = None,
) -> Callable[[View], View]:
    """Describe a method of an endpoint: the body it takes and the answer it gives, in its envelope.

    ``paged``: the answer is a page of a list.
    """
    described: Callable[[View], View] = extend_schema(
        operation_id=f"{_name(answer).lower()}_list" if paged else None,
        request=body,
        parameters=[query] if query else None,
        responses={200: _page(answer) if paged else _envelope(answer), "4XX": FAILURE, "5XX": FAILURE},
    )
    return described


@cache
def _envelope(answer: type[Answer]) -> Any:
    return inline_serializer(
        name=f"{_name(answer)}Envelope",
        fields={
            "success": serializers.BooleanField(),
            "data": answer(),
            "message": serializers.CharField(required=False),
            "request_id": serializers.CharField(),
        },
    )


@cache
def _page(answer: type[Answer]) -> Any:
    return inline_serializer(
        name=f"{_name(answer)}Page",
        fields={
            "success": serializers.BooleanField(),
            "count": serializers.IntegerField(),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": answer(many=True),
            "request_id": serializers.CharField(),
        },
    )


def _name(answer: type[Answer]) -> str:
    return answer.__name__.removesuffix("Answer")
