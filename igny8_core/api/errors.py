"""What goes wrong, in the envelope, with the status code that says whose turn it is."""

import re
from typing import Any, Final

import structlog
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError
from django.db.models import ProtectedError, RestrictedError
from rest_framework import exceptions, status
from rest_framework.fields import get_error_detail
from rest_framework.response import Response
from rest_framework.views import set_rollback

from igny8_core.ai.exceptions import AIError, InsideTransaction, InvalidInput, ModelError, ProviderTimedOut
from igny8_core.auth.exceptions import PlanIsFull, SiteInUse
from igny8_core.auth.room import refusal_of
from igny8_core.business.automation.exceptions import RunActive, RunNotActive
from igny8_core.business.billing.exceptions import (
    BillingError,
    InsufficientCreditsError,
    KeyRefused,
    OperationConflict,
    ProviderKeyError,
    UnknownProvider,
)
from igny8_core.business.optimizer.exceptions import ContentChanged
from igny8_core.modules.writer.exceptions import StatusRefused
from migration_harness.api import NotAllowed
from rest_api.envelope import failure
from rest_api.refusals import as_refusal, broken, refused

STATUS_OF: Final[dict[type[Exception], int]] = {
    NotAllowed: status.HTTP_403_FORBIDDEN,
    InsufficientCreditsError: status.HTTP_402_PAYMENT_REQUIRED,
    OperationConflict: status.HTTP_409_CONFLICT,
    KeyRefused: status.HTTP_400_BAD_REQUEST,
    UnknownProvider: status.HTTP_404_NOT_FOUND,
    ProviderKeyError: status.HTTP_409_CONFLICT,
    BillingError: status.HTTP_422_UNPROCESSABLE_ENTITY,
    ContentChanged: status.HTTP_409_CONFLICT,
    StatusRefused: status.HTTP_409_CONFLICT,
    InvalidInput: status.HTTP_422_UNPROCESSABLE_ENTITY,
    ModelError: status.HTTP_422_UNPROCESSABLE_ENTITY,
    InsideTransaction: status.HTTP_500_INTERNAL_SERVER_ERROR,
    ProviderTimedOut: status.HTTP_504_GATEWAY_TIMEOUT,
    AIError: status.HTTP_502_BAD_GATEWAY,
    RunActive: status.HTTP_409_CONFLICT,
    RunNotActive: status.HTTP_409_CONFLICT,
    SiteInUse: status.HTTP_409_CONFLICT,
    PlanIsFull: status.HTTP_409_CONFLICT,
}
"""Errors of the service's own; a class stands for those derived from it too."""

_UNIQUE, _FOREIGN_KEY, _CHECK, _NOT_NULL = "23505", "23503", "23514", "23502"

log = structlog.get_logger("igny8")


class Conflict(exceptions.APIException):
    """The request is right, and another row stands in its way."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "Another row has these values already. Choose others."
    default_code = "conflict"


def answer_to(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer to a request that failed; REST framework calls this for every exception."""
    if isinstance(error, IntegrityError):
        error = refusal_of(error) or error
    if (known := status_of(type(error))) is not None:
        set_rollback()
        return Response(failure(str(error), code=code_of(type(error))), status=known)
    error = _as_refusal(error)
    answer = refused(error, context)
    return _unexpected(error) if answer is None else answer


def status_of(error: type[Exception]) -> int | None:
    """Return the HTTP status of an error of the service; None for any other."""
    return next((STATUS_OF[each] for each in error.__mro__ if each in STATUS_OF), None)


def code_of(error: type[Exception]) -> str:
    """Return the name of an error for programs: ``insufficient_credits`` for InsufficientCreditsError."""
    name = error.__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?<![A-Z])(?=[A-Z])", "_", name).lower()


def _as_refusal(error: Exception) -> Exception:
    """Return what REST framework calls an error of Django or of the database; any other error as it is."""
    match error:
        case ModelValidationError():
            return exceptions.ValidationError(get_error_detail(error))
        case ProtectedError() | RestrictedError():
            return Conflict("Other rows need this one. Delete them first.")
        case IntegrityError() | DataError():
            return _as_refusal_of_the_database(error)
        case _:
            return as_refusal(error)


def _as_refusal_of_the_database(error: IntegrityError | DataError) -> Exception:
    """Return the refusal of values that only the database could judge: a race, or a rule nobody checked before."""
    state = str(getattr(error.__cause__, "sqlstate", None) or "")
    if state == _UNIQUE:
        return Conflict()
    if state == _FOREIGN_KEY:
        return Conflict("A row that this one needs, or that needs this one, is in the way. Read them again.")
    if isinstance(error, DataError) or state in (_CHECK, _NOT_NULL):
        # The text of the database names columns and values; the log has it.
        log.warning("igny8.api_values_refused", error=type(error).__name__, exc_info=error)
        return exceptions.ValidationError("A value is out of its range.")
    return error


def _unexpected(error: Exception) -> Response:
    log.error("igny8.api_failed", error=type(error).__name__, exc_info=error)
    return broken()
