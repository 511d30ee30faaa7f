"""One row of the comparison log."""

from decimal import Decimal
from typing import Any, NamedTuple

from migration_harness.comparator import Judgement, Verdict


class Comparison(NamedTuple):
    """A call in which both sides ran, as it is logged. A tuple: one is made on every compared call.

    ``at`` is in seconds since 1970, durations are in nanoseconds, measures in the seam's unit.
    ``judgement`` and ``call`` become the sample of anything but a match.
    """

    at: float
    seam: str
    flag_epoch: int
    stage: str
    account_id: str
    account_plan: str
    execution_path: str
    group: tuple[str, ...]
    verdict: Verdict
    signature: str | None
    control_measure: Decimal | int | None
    candidate_measure: Decimal | int | None
    control_ns: int
    candidate_ns: int
    operation_id: str
    request_id: str
    run: str
    judgement: Judgement
    call: dict[str, Any]
