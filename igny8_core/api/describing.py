"""How the schema describes an endpoint: its data in the envelope, and which errors it may answer with."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal, Protocol, TypeVar, cast

from django.core.exceptions import ImproperlyConfigured
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny

from igny8_core.ai.exceptions import AIError
from igny8_core.api import throttles
from igny8_core.api.errors import code_of, status_of
from igny8_core.business.billing.exceptions import (
    CreditCalculationError,
    InsufficientCreditsError,
    OperationConflict,
)
from rest_api.strict import StrictSerializer

Endpoint = TypeVar("Endpoint")

# What a schema class extends carries no types.
_AutoSchema: Any = AutoSchema
_Component: Any = ResolvedComponent

_JSON: Final = "application/json"
_OF_AI: Final = (InsufficientCreditsError, CreditCalculationError, OperationConflict, AIError)
_DECLARED: Final = "_service_errors"

FAILURE: Final[dict[str, Any]] = {
    "type": "object",
    "description": "The answer to a request that was not done.",
    "required": ["success", "data", "message", "error", "request_id"],
    "properties": {
        "success": {"type": "boolean", "description": "False."},
        "data": {"type": "object", "nullable": True, "description": "Null."},
        "message": {"type": "string", "description": "For people."},
        "error": {
            "type": "object",
            "required": ["code", "fields"],
            "properties": {
                "code": {"type": "string", "description": "For programs; it does not change."},
                "fields": {
                    "type": "object",
                    "description": "What is wrong with which field.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "request_id": {"type": "string", "description": "That of the log lines and of X-Request-ID."},
    },
}


NOTHING: Final[dict[int, Any]] = {200: {"type": "object", "nullable": True, "description": "Null."}}
"""The answer of an endpoint that has done something and has nothing to say about it."""


class Described(Protocol):
    """What an endpoint says of itself beside what every view of REST framework does."""

    query: type[StrictSerializer] | None
    throttle_scope: str | None


def may_raise(*errors: type[Exception]) -> Any:
    """Tell the schema which errors of the service's own an endpoint or one of its methods may answer with.

    A class stands for those derived from it too. What every endpoint may answer, and what an AI action may
    (``throttle_scope=AI``), is known without.
    """

    def declare(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _DECLARED, errors)
        return endpoint

    return declare


class EnvelopeSchema(_AutoSchema):
    """Wraps what an endpoint answers into the envelope, and adds the errors of the endpoint with their codes."""

    @property
    def _endpoint(self) -> Described:
        return cast("Described", self.view)

    def get_tags(self) -> list[str]:
        """Group the endpoints by the part of the service."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_override_parameters(self) -> list[Any]:
        """Describe the query that the endpoint reads."""
        query = self._endpoint.query
        return [query] if query else []

    def _get_response_for_code(
        self, serializer: Any, status_code: str, media_types: Any = None, direction: str = "response"
    ) -> dict[str, Any]:
        answer: dict[str, Any] = super()._get_response_for_code(serializer, status_code, media_types, direction)
        # Also where the description is of something else than JSON: that has no envelope.
        content = answer.get("content", {}).get(_JSON)
        if content and status_code.startswith("2") and not self._is_page(serializer):
            content["schema"] = self._enveloped(content["schema"])
        return answer

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        for status, codes in sorted(self._errors().items()):
            answers.setdefault(str(status), self._failure(status, codes))
        return answers

    def _resolve_path_parameters(self, variables: Sequence[str]) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            # A row's number: ``Tenant`` lets digits alone into the address.
            if parameter["schema"].get("pattern") in ("[0-9]+", "^[0-9]+$"):
                parameter["schema"] = {"type": "integer", "minimum": 0}
        return parameters

    def _is_page(self, serializer: Any) -> bool:
        return bool(self._is_list_view(serializer) and self._get_paginator())

    def _enveloped(self, schema: dict[str, Any]) -> dict[str, Any]:
        envelope = {
            "type": "object",
            "required": ["success", "data", "request_id"],
            "properties": {
                "success": {"type": "boolean", "description": "True."},
                "data": schema,
                "message": {"type": "string", "description": "For people."},
                "request_id": {"type": "string"},
            },
        }
        if "$ref" not in schema:
            return envelope
        return self._component(f"{schema['$ref'].rsplit('/', 1)[-1]}Envelope", envelope)

    def _failure(self, status: int, codes: set[str]) -> dict[str, Any]:
        failure = self._component("Failure", FAILURE)
        told = {"properties": {"error": {"properties": {"code": {"type": "string", "enum": sorted(codes)}}}}}
        return {
            "description": HTTPStatus(status).phrase,
            "content": {_JSON: {"schema": {"allOf": [failure, {"type": "object", **told}]}}},
        }

    def _component(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        component = _Component(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)
        self.registry.register_on_missing(component)
        reference: dict[str, Any] = component.ref
        return reference

    def _errors(self) -> dict[int, set[str]]:
        """Return the codes of the errors by status."""
        found: dict[int, set[str]] = {
            400: {"parse_error", "invalid"},
            403: {"permission_denied"},
            429: {"throttled"},
            500: {"internal_error"},
        }
        if not any(isinstance(each, AllowAny) for each in self.view.get_permissions()):
            found[401] = {"not_authenticated", "authentication_failed"}
        else:
            found[401] = {"authentication_failed"}
        if "{" in self.path or self._is_list_view():
            found[404] = {"not_found"}
        if self.method in ("POST", "PUT", "PATCH"):
            found |= {413: {"body_too_large"}, 415: {"unsupported_media_type"}}
        if self.method != "GET":
            found[409] = {"conflict"}
        for error in self._raised():
            status, code = _told(error)
            found.setdefault(status, set()).add(code)
        return found

    def _raised(self) -> Iterator[type[Exception]]:
        """Yield the service's own errors of this endpoint."""
        handler = getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)
        declared: tuple[type[Exception], ...] = (
            *getattr(self.view, _DECLARED, ()),
            *getattr(handler, _DECLARED, ()),
            *(_OF_AI if self._endpoint.throttle_scope == throttles.AI else ()),
        )
        for error in declared:
            yield from _with_derived(error)


def _told(error: type[Exception]) -> tuple[int, str]:
    if issubclass(error, APIException):
        return error.status_code, error.default_code
    status = status_of(error)
    if status is None:
        raise ImproperlyConfigured(f"{error.__name__} has no status. Give it one in igny8_core.api.errors.STATUS_OF.")
    return status, code_of(error)


def _with_derived(error: type[Exception]) -> Iterator[type[Exception]]:
    yield error
    for derived in error.__subclasses__():
        yield from _with_derived(derived)
