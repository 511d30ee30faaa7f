"""Which rows of a list are asked for, and in which order."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView


class RowFilters(BaseFilterBackend):
    """``?site=``, ``?status=`` and ``?ordering=``, as far as the view names them.

    A view says ``filter_ids`` (parameter → column), ``filter_states`` (value of ``status`` → condition) and
    ``orderings`` (columns; ``-`` in front turns one round). What it does not know is wrong, never ignored. A
    site of another account is as good as one that does not exist: the list is empty.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """Return the rows that are asked for."""
        asked = request.query_params
        for name, column in _ids(view).items():
            if name in asked:
                queryset = queryset.filter(**{column: _id(name, asked[name])})
        if "status" in asked and (states := _states(view)):
            queryset = queryset.filter(states[_one_of("status", asked["status"], list(states))])
        order = _one_of("ordering", asked.get("ordering", "id"), [*_orderings(view), "id"])
        # The id makes the order the same on every page.
        return queryset.order_by(order, "pk")

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Describe the parameters for the schema."""
        texts: dict[str, Sequence[str]] = {"status": list(_states(view)), "ordering": _orderings(view)}
        ids = [_parameter(name, {"type": "integer", "minimum": 1}) for name in _ids(view)]
        return ids + [_parameter(name, {"type": "string", "enum": list(of)}) for name, of in texts.items() if of]


def _parameter(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": OpenApiParameter.QUERY, "required": False, "schema": dict(schema)}


def _ids(view: APIView) -> Mapping[str, str]:
    return getattr(view, "filter_ids", {})


def _states(view: APIView) -> Mapping[str, Q]:
    return getattr(view, "filter_states", {})


def _orderings(view: APIView) -> list[str]:
    return [sign + name for name in getattr(view, "orderings", ()) for sign in ("", "-")]


def _id(name: str, text: str) -> int:
    # Nineteen digits are the most that an id has.
    if not (text.isascii() and text.isdecimal() and len(text) < 19):  # noqa: PLR2004
        raise ValidationError({name: f"{name} is an id: a whole number."})
    return int(text)


def _one_of(name: str, text: str, values: Sequence[str]) -> str:
    if text not in values:
        raise ValidationError({name: f"{name} is one of {', '.join(values)}."})
    return text
