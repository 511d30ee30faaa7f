"""Which laws a recorded operation obeys, and what becomes of one that it breaks: a discrepancy, verdict unlawful."""

from dataclasses import dataclass
from typing import Any, Final

from migration_harness.comparing.comparator import Judgement, Verdict, signature_of
from migration_harness.comparing.difference import Difference, Kind
from migration_harness.faults import fault
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison
from migration_harness.operations.declaring import Breach, Law
from migration_harness.operations.recording import Recording
from migration_harness.passing import passes
from migration_harness.seams.sides import answered_under_guard

PREFIX: Final = "operation."
"""Before the kind of an operation, where the log has the name of a seam."""
STAGE: Final = "law"
"""In the log, where a comparison has its stage: a law holds whatever the flags say."""
MOST_SHOWN: Final = 20


class CannotSay(Exception):
    """Raised by a law's check: the recording does not tell whether it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of one law.

    Attributes:
        law: The law.
        breaches: The ways in which it is broken; None where nobody can say.
    """

    law: Law
    breaches: tuple[Breach, ...] | None


def judge(recording: Recording, laws: list[Law]) -> list[Judged]:
    """Ask each law. One that raises, or answers nonsense, says nothing, and that is a fault that is logged."""
    return [Judged(law=law, breaches=_breaches(law, recording)) for law in laws]


def _breaches(law: Law, recording: Recording) -> tuple[Breach, ...] | None:
    try:
        found: tuple[Breach, ...] = answered_under_guard(_asked, law, recording)
    except CannotSay:
        return None
    except BaseException as error:
        if passes(error):
            raise
        fault(f"{PREFIX}{recording.kind}", f"law {law.name}", error)
        return None
    return found


def _asked(law: Law, recording: Recording) -> tuple[Breach, ...]:
    found = tuple(law.check(recording))
    if wrong := [each for each in found if not isinstance(each, Breach)]:
        raise TypeError(f"The law {law.name} answered {type(wrong[0]).__name__}: it gives breaches.")
    return found


def tell(recording: Recording, judged: Judged, *, work: dict[str, Any]) -> None:
    """Have a broken law in the log as a discrepancy: one for each law and kind of operation.

    ``work`` names epoch, request, run and revision as the log has them.
    """
    breaches = judged.breaches or ()
    judgement = Judgement(
        verdict=Verdict.UNLAWFUL,
        differences=(
            # The sentence is the law's own, so the signature is that of the law and not of a value.
            Difference(
                path=judged.law.name,
                kind=Kind.VALUE,
                control=judged.law.sentence,
                candidate=[str(each) for each in breaches[:MOST_SHOWN]],
            ),
        ),
        notes=(judged.law.sentence, *(each.told for each in breaches[:MOST_SHOWN])),
    )
    seam, group = f"{PREFIX}{recording.kind}", (judged.law.name,)
    recorder.buffer.add(
        Comparison(
            at=recording.began.timestamp(),
            seam=seam,
            flag_epoch=work["epoch"],
            stage=STAGE,
            subject=recording.account_id or None,
            account_plan="",
            execution_path=recording.execution_path,
            group=group,
            verdict=judgement.verdict,
            signature=signature_of(seam=seam, judgement=judgement, group=group),
            control_measure=None,
            candidate_measure=None,
            control_ns=0,
            candidate_ns=int(recording.duration_ms * 1_000_000),
            operation_id=recording.operation_id,
            request_id=work["request_id"],
            run=work["run"],
            revision=work["revision"],
            judgement=judgement,
            call={"recording": work["recording"]},
        )
    )
