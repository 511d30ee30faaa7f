"""What the breaker of a seam learns from one comparison."""

from time import monotonic
from typing import Any

import structlog

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.purpose import undone
from migration_harness.deciding.snapshot import Decision
from migration_harness.faults import alarm
from migration_harness.log.comparison import Comparison
from migration_harness.log.hearing import heard
from migration_harness.seams.declaring import Declared
from migration_harness.seams.sides import Observed

log = structlog.get_logger("harness")


def mind_breaker(seam: Declared[Any, Any], comparison: Comparison, compared: Observed, decision: Decision) -> None:
    """Count a failure of the side that does not answer, or forget those before; a trial says nothing of live calls."""
    if undone.get() or heard.get() is not None:
        return
    error, blocked, late = compared[1], compared[3], comparison.verdict is Verdict.TIMEOUT
    failed = blocked is not None or (error is not None and not isinstance(error, seam.criteria.errors))
    if failed or (late and not decision.in_cohort):
        reason = blocked or ("overran its budget" if error is None else type(error).__qualname__)
        if seam.breaker.failed(reason=reason, now_seconds=monotonic()):
            alarm("harness.breaker_opened", seam=seam.name, reason=reason, compared="no more, but for probes")
    elif seam.breaker.passed():
        log.info("harness.breaker_closed", seam=seam.name)
    seam.looks_closely = not seam.judging.is_plain or seam.breaker.failures > 0
    seam.is_tripped = seam.breaker.is_open
