"""A charge's evidence: written with the charge, or the charge is made at the legacy price."""

from typing import Any

from django.db import DatabaseError

from migration_harness.comparing.measures import measure_of
from migration_harness.deciding.purpose import undone
from migration_harness.deciding.snapshot import OFF, Decision
from migration_harness.deciding.stages import Side
from migration_harness.log import recorder
from migration_harness.passing import passes
from migration_harness.seams.asking import Asking
from migration_harness.seams.charge import Charge
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
    """Write a charge's evidence and return the answer; where that fails, answer as ``off`` does.

    Raises what the database raises where that is not about the evidence: such a charge cannot be made.
    """
    if undone.get():
        # Its evidence would be of a charge that nobody makes.
        note(charge, decision, measure_of(control[0]), measure_of(candidate[0]))
        return answer
    try:
        comparison = judged(seam, subject, decision, charge, control, candidate, args, kwargs, asking=asking)
        evidence = recorder.evidence_of(comparison)
    except BaseException as error:
        if passes(error):
            raise
        return _lost(seam, charge, decision, control, error)
    charge.evidence = evidence
    if not charge.settles:
        try:
            recorder.record_in_charge(evidence, using=charge.using)
        except DatabaseError as error:
            if not evidence.is_lost_by(error):
                raise
            return _lost(seam, charge, decision, control, error)
        charge.tell()
    note(charge, decision, comparison.control_measure, comparison.candidate_measure)
    return answer


def _lost(
    seam: Declared[Any, Any], charge: Charge, decision: Decision, control: Observed, error: BaseException
) -> Observed:
    """Let the charge go on at the legacy price."""
    charge.lose_evidence(error, seam=seam.name)
    charge.instead_of = _side_of(decision)
    note(charge, OFF, measure_of(control[0]), None)
    return control


def note(charge: Charge, decision: Decision, control: Any, candidate: Any) -> None:
    """Leave on a charge who answered, by which epoch, and both prices as far as they are known."""
    charge.answered_by = _side_of(decision)
    charge.epoch = decision.epoch
    charge.control_measure, charge.candidate_measure = control, candidate


def _side_of(decision: Decision) -> str:
    return str(Side.CANDIDATE if decision.in_cohort else Side.CONTROL)
