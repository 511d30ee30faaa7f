"""Where the phases stand: what every gate answers, what holds the present one back, and the lines of the end.

It is the dear part of the page: each gate is asked. So it comes after the page, and again every few seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from dashboards.labels import PHASES, Label
from dashboards.worth_saying import Line
from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.plan import plan
from migration_harness.queries import PhaseStatus
from migration_harness.rollout.criteria.answering import completion
from migration_harness.rollout.gates.asking import Answered, open_and_total
from migration_harness.rollout.gates.facts import Facts
from migration_harness.rollout.standing import answers_by_phase


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseMark:
    """A phase on the track; ``gates`` are how many are open of how many, None before they were asked."""

    status: PhaseStatus
    state: Label
    gates: Mapping[str, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The track. ``held`` says what holds the present phase back; ``met`` of ``criteria`` hold. None: not asked yet."""

    at: datetime
    phases: list[PhaseMark]
    held: Line | None
    met: int | None
    criteria: int


def before_asking(*, now: datetime) -> Standing:
    """Return what is known without asking a gate."""
    marks = [PhaseMark(status=each, state=PHASES[each.state], gates=None) for each in queries.phase_statuses()]
    return Standing(at=now, phases=marks, held=None, met=None, criteria=len(plan().criteria))


def standing(*, now: datetime) -> Standing:
    """Ask every gate of every phase, and every line of the end."""
    facts = Facts(at=now)
    statuses, answers = queries.phase_statuses(), answers_by_phase(facts=facts)
    ended = completion(now=now, facts=facts).criteria if plan().criteria else ()
    return Standing(
        at=now,
        phases=[
            PhaseMark(
                status=each,
                state=PHASES[each.state],
                gates=open_and_total(each.phase, answers[each.phase.number]),
            )
            for each in statuses
        ],
        held=held_back(statuses, answers),
        met=sum(each.answer is Answer.OPEN for each in ended),
        criteria=len(ended),
    )


def held_back(statuses: Sequence[PhaseStatus], answers: Mapping[int, Sequence[Answered]]) -> Line:
    """Return in one sentence what holds the first open phase back, and where to look."""
    now = next((each.phase for each in statuses if each.closed is None), None)
    if now is None:
        return Line(text="Every phase of the plan is closed.", address=reverse("dashboards:criteria"))
    shut = [each for each in answers[now.number] if not each.is_open]
    address = reverse("dashboards:phase", args=[now.number])
    if not shut:
        return Line(text=f"Nothing holds phase {now.number} back: it can be closed.", address=address)
    more = f" And {len(shut) - 1} more." if len(shut) > 1 else ""
    first = shut[0]
    text = f"Phase {now.number} is held back by gate {first.name}: {first.answer.sentence}{more}"
    return Line(text=text, address=address, bad=True)
