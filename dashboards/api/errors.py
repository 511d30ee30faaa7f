"""What goes wrong, in the envelope, with the status code that says whose turn it is."""

from dataclasses import asdict
from typing import Any, Final

import structlog
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from migration_harness.exceptions import (
    AmbiguousAccount,
    ApprovalDecided,
    ApprovalNeeded,
    AuditTampered,
    CopyDiffers,
    ExplanationDecided,
    FlagAsked,
    FlagRetired,
    FlipHeldUp,
    ForecastRefused,
    GateClosed,
    HarnessError,
    HarnessMisconfigured,
    LegacyStoreStale,
    NoRollout,
    NotAllowed,
    NotExplainable,
    NotExportable,
    ProofMissing,
    SchemaUndone,
    SecondPersonNeeded,
    StalePreview,
    UnknownAccount,
    UnknownApproval,
    UnknownDiscrepancy,
    UnknownExplanation,
    UnknownFlag,
    UnknownGate,
    UnknownPhase,
    UnknownRecording,
    UnknownSeam,
)
from rest_api.envelope import failure
from rest_api.refusals import as_refusal, broken, refused

STATUS_OF: Final[dict[type[HarnessError], int]] = {
    NotAllowed: status.HTTP_403_FORBIDDEN,
    UnknownFlag: status.HTTP_404_NOT_FOUND,
    UnknownRecording: status.HTTP_404_NOT_FOUND,
    UnknownAccount: status.HTTP_404_NOT_FOUND,
    NoRollout: status.HTTP_404_NOT_FOUND,
    UnknownApproval: status.HTTP_404_NOT_FOUND,
    ApprovalDecided: status.HTTP_409_CONFLICT,
    ApprovalNeeded: status.HTTP_409_CONFLICT,
    AmbiguousAccount: status.HTTP_409_CONFLICT,
    UnknownDiscrepancy: status.HTTP_404_NOT_FOUND,
    UnknownExplanation: status.HTTP_404_NOT_FOUND,
    UnknownGate: status.HTTP_404_NOT_FOUND,
    UnknownPhase: status.HTTP_404_NOT_FOUND,
    UnknownSeam: status.HTTP_404_NOT_FOUND,
    FlagAsked: status.HTTP_409_CONFLICT,
    FlagRetired: status.HTTP_409_CONFLICT,
    GateClosed: status.HTTP_409_CONFLICT,
    SchemaUndone: status.HTTP_409_CONFLICT,
    ForecastRefused: status.HTTP_409_CONFLICT,
    CopyDiffers: status.HTTP_409_CONFLICT,
    ExplanationDecided: status.HTTP_409_CONFLICT,
    NotExplainable: status.HTTP_409_CONFLICT,
    NotExportable: status.HTTP_409_CONFLICT,
    SecondPersonNeeded: status.HTTP_409_CONFLICT,
    LegacyStoreStale: status.HTTP_409_CONFLICT,
    StalePreview: status.HTTP_409_CONFLICT,
    FlipHeldUp: status.HTTP_503_SERVICE_UNAVAILABLE,
    ProofMissing: status.HTTP_504_GATEWAY_TIMEOUT,
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
        told = failure(str(error), code=error.code())
        if isinstance(error, ApprovalNeeded):
            told["data"] = {"approval": error.number}
        if isinstance(error, GateClosed):
            told["data"] = {"refused": [asdict(each) for each in error.refused]}
        return Response(told, status=status_of(type(error)))
    error = as_refusal(error)
    answer = refused(error, context)
    return _unexpected(error) if answer is None else answer


def status_of(error: type[HarnessError]) -> int:
    """Return the HTTP status of an error of the harness."""
    known = (STATUS_OF[each] for each in error.__mro__ if each in STATUS_OF)
    return next(known, status.HTTP_400_BAD_REQUEST)


def _unexpected(error: Exception) -> Response:
    log.error("harness.api_failed", error=type(error).__name__, exc_info=error)
    return broken()
