"""What goes wrong, in the envelope, with the status code that says whose turn it is."""

from dataclasses import asdict
from typing import Any

import structlog
from rest_framework.response import Response
from rest_framework.views import set_rollback

from dashboards.statuses import status_of
from migration_harness.exceptions import (
    ApprovalNeeded,
    GateClosed,
    HarnessError,
)
from rest_api.envelope import failure
from rest_api.refusals import as_refusal, broken, refused

log = structlog.get_logger("harness")


def answer_to(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer to a request that failed; REST framework calls this for every exception."""
    if isinstance(error, HarnessError):
        set_rollback()
        told = failure(str(error), code=error.code())
        if isinstance(error, ApprovalNeeded):
            told["data"] = {"approval": error.number}
        if isinstance(error, GateClosed):
            told["data"] = {"refused": [asdict(each) for each in error.refused]}
        return Response(told, status=status_of(type(error)))
    error = as_refusal(error)
    answer = refused(error, context)
    return _unexpected(error) if answer is None else answer


def _unexpected(error: Exception) -> Response:
    log.error("harness.api_failed", error=type(error).__name__, exc_info=error)
    return broken()
