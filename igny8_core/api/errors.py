"""What goes wrong, in the envelope, with the status code that says whose turn it is."""

import re
from collections.abc import Iterator
from typing import Any, Final

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from igny8_core.ai.exceptions import AIError, InvalidInput
from igny8_core.api.envelope import failure
from igny8_core.business.automation.exceptions import RunActive, RunNotActive
from igny8_core.business.billing.exceptions import BillingError, InsufficientCreditsError, OperationConflict
from igny8_core.business.optimizer.exceptions import ContentChanged
from igny8_core.modules.writer.exceptions import StatusRefused

STATUS_OF: Final[dict[type[Exception], int]] = {
    InsufficientCreditsError: status.HTTP_402_PAYMENT_REQUIRED,
    OperationConflict: status.HTTP_409_CONFLICT,
    BillingError: status.HTTP_422_UNPROCESSABLE_ENTITY,
    ContentChanged: status.HTTP_409_CONFLICT,
    StatusRefused: status.HTTP_409_CONFLICT,
    InvalidInput: status.HTTP_422_UNPROCESSABLE_ENTITY,
    AIError: status.HTTP_502_BAD_GATEWAY,
    RunActive: status.HTTP_409_CONFLICT,
    RunNotActive: status.HTTP_409_CONFLICT,
}
"""Errors of the service's own; a class stands for those derived from it too."""

log = structlog.get_logger("igny8")


def answer_to(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer to a request that failed; REST framework calls this for every exception."""
    if (known := status_of(type(error))) is not None:
        set_rollback()
        return Response(failure(str(error), code=code_of(type(error))), status=known)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return _unexpected(error)
    response.data = _refusal(error)
    return response


def status_of(error: type[Exception]) -> int | None:
    """Return the HTTP status of an error of the service; None for any other."""
    return next((STATUS_OF[each] for each in error.__mro__ if each in STATUS_OF), None)


def code_of(error: type[Exception]) -> str:
    """Return the name of an error for programs: ``insufficient_credits`` for InsufficientCreditsError."""
    name = error.__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?<![A-Z])(?=[A-Z])", "_", name).lower()


def _refusal(error: exceptions.APIException) -> dict[str, Any]:
    if not isinstance(error, exceptions.ValidationError):
        return failure(str(error.detail), code=error.default_code)
    fields: dict[str, list[str]] = {}
    for name, text in _wrong("", error.detail):
        fields.setdefault(name, []).append(text)
    told = "; ".join(f"{name}: {' '.join(texts)}" if name else " ".join(texts) for name, texts in fields.items())
    return failure(told, code=error.default_code, fields={name: texts for name, texts in fields.items() if name})


def _wrong(name: str, detail: Any) -> Iterator[tuple[str, str]]:
    """Yield the name of each wrong field and what is wrong; what is about no field has an empty name."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            # What is wrong with one value of a list is wrong with the list.
            inside = name if isinstance(key, int) else str(key)
            yield from _wrong("" if key == "non_field_errors" else inside, inner)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _wrong(name, inner)
    else:
        yield name, str(detail)


def _unexpected(error: Exception) -> Response:
    """Answer without a word about the inside; the log line carries the traceback and the same request id."""
    set_rollback()
    log.error("igny8.api_failed", error=type(error).__name__, exc_info=error)
    told = "Something went wrong here. The log has more under this request id."
    return Response(failure(told, code="internal_error"), status=status.HTTP_500_INTERNAL_SERVER_ERROR)
