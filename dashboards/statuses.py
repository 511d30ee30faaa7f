"""The HTTP status of each error of the harness: page and API answer with the same."""

from typing import Final

from rest_framework import status

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


def status_of(error: type[HarnessError]) -> int:
    """Return the HTTP status of an error of the harness."""
    known = (STATUS_OF[each] for each in error.__mro__ if each in STATUS_OF)
    return next(known, status.HTTP_400_BAD_REQUEST)
