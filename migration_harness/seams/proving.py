"""A charge's evidence: written with the charge, or the charge is made at the legacy price."""

from typing import Any

from migration_harness.comparing.measures import measure_of
from migration_harness.deciding.snapshot import OFF, Decision
from migration_harness.deciding.stages import Side
from migration_harness.log import recorder
from migration_harness.passing import passes
from migration_harness.seams.asking import Asking
from migration_harness.seams.charge import Charge, evidence_lost
from migration_harness.seams.declaring import Declared
from migration_harness.seams.judged import judged
from migration_harness.seams.sides import Observed


def prove(
    seam: Declared[Any, Any],
    subject: Any,
    decision: Decision,
    charge: Charge,
    answer: Observed,
    control: Observed,
    candidate: Observed,
    args: Any,
    kwargs: Any,
    asking: Asking | None,
) -> Observed:
    """Write a charge's evidence and return the answer; where that fails, answer as ``off`` does and raise an alarm."""
    try:
        comparison = judged(seam, subject, decision, charge, control, candidate, args, kwargs, asking=asking)
        if charge.settles:
            charge.evidence = recorder.evidence_of(comparison)
        else:
            recorder.record_in_charge(comparison, using=charge.using)
    except BaseException as error:
        if passes(error):
            raise
        # The charge goes on, at the legacy price.
        evidence_lost(seam=seam.name, operation_id=charge.operation_id, error=type(error).__name__)
        charge.instead_of = _side_of(decision)
        note(charge, OFF, measure_of(control[0]), None)
        return control
    note(charge, decision, comparison.control_measure, comparison.candidate_measure)
    return answer


def note(charge: Charge, decision: Decision, control: Any, candidate: Any) -> None:
    """Leave on a charge who answered, by which epoch, and both prices as far as they are known."""
    charge.answered_by = _side_of(decision)
    charge.epoch = decision.epoch
    charge.control_measure, charge.candidate_measure = control, candidate


def _side_of(decision: Decision) -> str:
    return (Side.CANDIDATE if decision.in_cohort else Side.CONTROL).value
