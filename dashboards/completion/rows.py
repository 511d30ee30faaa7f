"""What the pages of the migration's end show."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from dashboards.commands import HARNESS
from dashboards.completion.links import Link, links_of
from dashboards.labels import Label, Tone
from migration_harness import queries
from migration_harness.evidence.findings import Answer, Finding
from migration_harness.evidence.quiet import LoggedError
from migration_harness.plan import plan
from migration_harness.rollout.criteria.answering import CriterionStatus, completion

MET: Final = {
    Answer.OPEN: Label(mark="✓", word="met", tone=Tone.GOOD, meaning="It holds, by what is known at this moment."),
    Answer.CLOSED: Label(mark="✗", word="missing", tone=Tone.BAD, meaning="There is something to do."),
    Answer.UNKNOWN: Label(mark="?", word="unknown", tone=Tone.PLAIN, meaning="Nobody can know; it does not hold."),
}
QUIET: Final = {
    Answer.OPEN: Label(mark="✓", word="quiet", tone=Tone.GOOD, meaning="No error, and data for all of that time."),
    Answer.CLOSED: Label(mark="✗", word="not quiet", tone=Tone.BAD, meaning="An error came, or the time is not over."),
    Answer.UNKNOWN: Label(mark="?", word="unknown", tone=Tone.PLAIN, meaning="Nobody would have told of every error."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One thing to do; a command is to be copied."""

    text: str

    @property
    def is_command(self) -> bool:
        """Whether it is a command."""
        return self.text.startswith(HARNESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionRow:
    """A line of the end: whether it holds, what to do, and where to look."""

    status: CriterionStatus
    label: Label
    remedies: list[Remedy]
    links: list[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaPage:
    """Every line; ``missing`` is how many do not hold."""

    complete: bool
    missing: int
    rows: list[CriterionRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The errors that came last on this day, the newest first."""

    day: date
    errors: list[LoggedError]

    @property
    def times(self) -> int:
        """How often any of them came."""
        return sum(each.times for each in self.errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsPage:
    """Whether the last days were quiet, whether those since a flag last moved anybody were, and the errors by day."""

    days_asked: int
    last: Finding
    last_label: Label
    since: Finding
    since_label: Label
    days: list[Day]


def criteria_page(*, now: datetime) -> CriteriaPage:
    """Ask every criterion of the plan. Raises HarnessMisconfigured where it declares none."""
    found = completion(now=now)
    declared = {each.name: each for each in plan().criteria}
    rows = [
        CriterionRow(
            status=each,
            label=MET[each.answer],
            remedies=[Remedy(text=text) for text in each.remedy.split("; ") if text],
            links=links_of(declared[each.name]),
        )
        for each in found.criteria
    ]
    missing = sum(each.answer is not Answer.OPEN for each in found.criteria)
    return CriteriaPage(complete=found.complete, missing=missing, rows=rows)


def errors_page(*, now: datetime) -> ErrorsPage:
    """Read the errors of the last days, and whether anybody would have told of every one."""
    found = queries.quietness(now=now)
    moved = queries.last_change([flag.name for flag in plan().flags])
    since = queries.quiet(since=moved, now=now)
    return ErrorsPage(
        days_asked=queries.QUIET_DAYS,
        last=Finding(answer=found.answer, sentence=found.sentence),
        last_label=QUIET[found.answer],
        since=since,
        since_label=QUIET[since.answer],
        days=_by_day(found.kept),
    )


def _by_day(errors: Iterable[LoggedError]) -> list[Day]:
    days: dict[date, list[LoggedError]] = defaultdict(list)
    for each in errors:
        days[each.last_at.astimezone(UTC).date()].append(each)
    return [Day(day=day, errors=days[day]) for day in sorted(days, reverse=True)]
