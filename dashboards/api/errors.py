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

from dashboards.api.envelope import failure
from migration_harness.exceptions import (
    AuditTampered,
    CopyDiffers,
    HarnessError,
    HarnessMisconfigured,
    LegacyStoreStale,
    UnknownAccount,
    UnknownDiscrepancy,
    UnknownFlag,
    UnknownSeam,
)

STATUS_OF: Final[dict[type[HarnessError], int]] = {
    UnknownFlag: status.HTTP_404_NOT_FOUND,
    UnknownAccount: status.HTTP_404_NOT_FOUND,
    UnknownDiscrepancy: status.HTTP_404_NOT_FOUND,
    UnknownSeam: status.HTTP_404_NOT_FOUND,
    CopyDiffers: status.HTTP_409_CONFLICT,
    LegacyStoreStale: status.HTTP_409_CONFLICT,
    AuditTampered: status.HTTP_409_CONFLICT,
    HarnessMisconfigured: status.HTTP_500_INTERNAL_SERVER_ERROR,
}
"""Errors of the harness that are not simply a wrong request, which is 400.

404: what is named does not exist. 409: the request is right and the state refuses it. A class stands for
those derived from it too.
"""

log = structlog.get_logger("harness")


def answer_to(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer to a request that failed; REST framework calls this for every exception."""
    if isinstance(error, HarnessError):
        set_rollback()
        return Response(failure(str(error), code=code_of(type(error))), status=status_of(type(error)))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return _unexpected(error)
    response.data = _refusal(error)
    return response


def status_of(error: type[HarnessError]) -> int:
    """Return the HTTP status of an error of the harness."""
    known = (STATUS_OF[each] for each in error.__mro__ if each in STATUS_OF)
    return next(known, status.HTTP_400_BAD_REQUEST)


def code_of(error: type[HarnessError]) -> str:
    """Return the name of an error for programs: ``unknown_flag`` for UnknownFlag."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", error.__name__).lower()


def _refusal(error: exceptions.APIException) -> dict[str, Any]:
    if not isinstance(error, exceptions.ValidationError):
        return failure(str(error.detail), code=error.default_code)
    fields: dict[str, list[str]] = {}
    for name, text in _wrong("", error.detail):
        fields.setdefault(name, []).append(text)
    told = "; ".join(f"{name}: {' '.join(texts)}" if name else " ".join(texts) for name, texts in fields.items())
    return failure(told, code=error.default_code, fields={name: texts for name, texts in fields.items() if name})


def _wrong(name: str, detail: Any) -> Iterator[tuple[str, str]]:
    """Yield the name of each wrong field and what is wrong; what is about no field has an empty name.

    A field in another one has both names, with a dot.
    """
    if isinstance(detail, dict):
        for key, inner in detail.items():
            # What is wrong with one value of a list is wrong with the list.
            inside = name if key == "non_field_errors" or isinstance(key, int) else f"{name}.{key}".lstrip(".")
            yield from _wrong(inside, inner)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _wrong(name, inner)
    else:
        yield name, str(detail)


def _unexpected(error: Exception) -> Response:
    """Answer without a word about the inside; the log line carries the traceback and the same request id."""
    set_rollback()
    log.error("harness.api_failed", error=type(error).__name__, exc_info=error)
    told = "Something went wrong here. The log has more under this request id."
    return Response(failure(told, code="internal_error"), status=status.HTTP_500_INTERNAL_SERVER_ERROR)
