"""What a discrepancy probably comes from, with what speaks for it, and who paid for it.

Note [Probable]: nobody knows a cause; what is known is what is wrong now and what changed before the first comparison
that differed. A rate that is not the signed one is more telling than a place where code raised, that more than new
code, that more than a change of the flag.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import structlog

from migration_harness.comparing.comparator import Verdict
from migration_harness.database import connection
from migration_harness.deciding.stages import TABLE, Side, Stage
from migration_harness.evidence.changes import changes_between, told_shortly
from migration_harness.models import AuditEvent, Revision
from migration_harness.queries.differences import Discrepancy
from migration_harness.queries.reviews import EXPLAINED
from migration_harness.queries.seams import seam_named
from migration_harness.seams.rates import Rate, signed_rates
from migration_harness.wording import age, counted

log = structlog.get_logger("harness")

BEFORE: Final = timedelta(days=1)
"""What changed longer before the first comparison that differed is no longer named."""
_WRITTEN_WITHIN: Final = timedelta(minutes=1)
"""A revision is written by its first flush, which comes after its first comparison."""
_MOST: Final = 3
_PAID: Final = """
SELECT stage, sum(comparisons)::bigint, sum(control_sum), sum(candidate_sum) FROM migration_harness_evidence
WHERE signature = %s AND run = '' AND stage = ANY (%s) GROUP BY stage
"""
"""What has no stage of a flag, a law or an operation as a whole, is no call that a side has answered."""


class Origin(StrEnum):
    """What kind of thing it comes from, the most telling first: Note [Probable]."""

    RATE = "rate"
    """A rate that is not what was signed."""
    CONTROL = "control"
    """The candidate answers what is expected: the control does not answer what was recorded of it."""
    RAISED = "raised"
    """Code of the candidate raised."""
    LAST_RATE = "last rate"
    """A rate is what was signed, and was changed after the last comparison that differed."""
    REVISION = "revision"
    """The code that ran first in the revision in which it was seen first."""
    FLAG = "flag"
    """Its flag was changed before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One thing that speaks for a cause; ``address`` is of the page where it is put right, if any."""

    origin: Origin
    sentence: str
    at: datetime | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Who paid what: calls that each side answered, and what that side made of them in the seam's measure."""

    by_control: int
    by_candidate: int
    control: Decimal
    candidate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbableCause:
    """What page, command and API say a discrepancy comes from.

    ``sentence`` is the most telling clue, or that nobody knows; ``clues`` are all, that one first. ``who_paid`` is
    ``paid`` in words.
    """

    sentence: str
    clues: tuple[Clue, ...]
    paid: Paid
    who_paid: str


_NOBODY_KNOWS: Final = (
    "Nothing that is known of here was changed before it. Look at the samples, and say what you find."
)


def probable_cause(found: Discrepancy, payload: Mapping[str, Any]) -> ProbableCause | None:
    """Return what is known now; None of what is explained: its explanation is its cause.

    ``payload`` is that of its newest sample, empty where none is kept.
    """
    if found.state == EXPLAINED:
        return None
    seam = seam_named(found.seam)
    clues, paid = clues_of(found, payload), paid_of(found.signature)
    return ProbableCause(
        sentence=clues[0].sentence if clues else _NOBODY_KNOWS,
        clues=tuple(clues),
        paid=paid,
        who_paid=paid_in_words(paid, seam.measure if seam else None),
    )


def clues_of(found: Discrepancy, payload: Mapping[str, Any]) -> list[Clue]:
    """Return what is known of where a discrepancy comes from, the most telling first; ``payload`` is a sample's."""
    call = payload.get("call", {})
    clues = [*_of_rates(found, call), *_of_control(payload), *_of_raise(found), *_of_revision(found), *_of_flag(found)]
    return sorted(clues, key=lambda each: list(Origin).index(each.origin))


def paid_of(signature: str) -> Paid:
    """Return which side customers paid in the calls of a discrepancy, by one query."""
    calls, sums = dict.fromkeys(Side, 0), {side: Decimal(0) for side in Side}
    with connection.cursor() as cursor:
        cursor.execute(_PAID, [signature, [stage.value for stage in Stage]])
        for stage, count, control, candidate in cursor.fetchall():
            side = TABLE[Stage(stage)].answers
            calls[side] += count
            sums[side] += (control if side is Side.CONTROL else candidate) or 0
    return Paid(
        by_control=calls[Side.CONTROL],
        by_candidate=calls[Side.CANDIDATE],
        control=sums[Side.CONTROL],
        candidate=sums[Side.CANDIDATE],
    )


def _of_rates(found: Discrepancy, call: Mapping[str, Any]) -> Iterator[Clue]:
    declared = signed_rates(found.seam)
    if declared is None or not call:
        return
    try:
        rates: Sequence[Rate] = list(declared.read(**call))
    except Exception as error:  # noqa: BLE001  It is the host's code, and a recorded call may lack what it asks for.
        log.warning("harness.rates_unknown", seam=found.seam, error=type(error).__name__)
        return
    for rate in rates:
        if not rate.is_signed:
            told = f"{_sentence_of(rate)}{_changed(rate)}."
            yield Clue(origin=Origin.RATE, sentence=told, at=rate.changed_at, address=rate.address)
        elif rate.changed_at is not None and rate.changed_at > found.last_at and found.verdict != Verdict.INTENDED:
            told = f"{rate.name} is now what was signed, {_amount(rate.signed)}: changed after the last of these calls"
            yield Clue(origin=Origin.LAST_RATE, sentence=f"{told}{_by(rate.changed_by)}.", at=rate.changed_at)


def _of_control(payload: Mapping[str, Any]) -> Iterator[Clue]:
    """Tell that it is the control that is wrong, where an oracle knows the answer as a whole."""
    match payload:
        case {"expected": expected, "differences": [{"candidate": candidate, "control": control}]} if (
            candidate == expected != control
        ):
            told = "The new path answers what is expected. The legacy path does not answer what was recorded of it"
            yield Clue(origin=Origin.CONTROL, sentence=f"{told}: it answers {control or 'nothing'}.")


def _sentence_of(rate: Rate) -> str:
    if rate.used is None:
        return f"{rate.name}: there is none, signed are {_amount(rate.signed)}"
    if rate.signed is None:
        return f"{rate.name}: {_amount(rate.used)}, and nothing was signed"
    return f"{rate.name}: {_amount(rate.used)}, signed are {_amount(rate.signed)}"


def _changed(rate: Rate) -> str:
    if rate.changed_at is None:
        return ""
    return f"; its row was changed last at {rate.changed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC{_by(rate.changed_by)}"


def _by(who: str) -> str:
    return f", by {who}" if who else ""


def _amount(value: Decimal | int | None) -> str:
    return "none" if value is None else f"{value:,}"


def _of_raise(found: Discrepancy) -> Iterator[Clue]:
    if found.raised and found.verdict in (Verdict.CANDIDATE_ERROR, Verdict.MISMATCH):
        yield Clue(origin=Origin.RAISED, sentence=f"The candidate raised: {found.raised}.")


def _of_revision(found: Discrepancy) -> Iterator[Clue]:
    """Return what code changed with the revision in which it was seen first."""
    known = Revision.objects.filter(seam=found.seam, first_at__lte=found.first_at + _WRITTEN_WITHIN).order_by("-id")
    match list(known[:2]):
        case [new, old] if found.first_at - new.first_at <= BEFORE:
            changes = changes_between(old.parts, new.parts)
        case _:
            return
    if changes:
        told = f"{_before(new.first_at, found)} new code ran first: {told_shortly(changes)}."
        yield Clue(origin=Origin.REVISION, sentence=told, at=new.first_at)


def _of_flag(found: Discrepancy) -> Iterator[Clue]:
    """Return the last changes of its flag before it was seen first."""
    seam = seam_named(found.seam)
    if seam is None:
        return
    lately = AuditEvent.objects.filter(subject=seam.flag, at__lte=found.first_at, at__gte=found.first_at - BEFORE)
    for event in lately.order_by("-id")[:_MOST]:
        what = ", ".join(
            f"{name} {event.before[name]} → {value}" for name, value in event.after.items() if _told(event, name)
        )
        told = f"{_before(event.at, found)} {event.actor} changed {seam.flag}: {what}."
        if what:
            yield Clue(origin=Origin.FLAG, sentence=told, at=event.at)


def _told(event: AuditEvent, name: str) -> bool:
    return name in event.before and event.before[name] != event.after[name]


def _before(at: datetime, found: Discrepancy) -> str:
    return f"{age(max(0.0, (found.first_at - at).total_seconds()))} before the first of these calls"


def paid_in_words(paid: Paid, unit: str | None) -> str:
    """Say who paid: customers pay what the side that answers makes of a call."""
    parts = []
    for count, total, side in (
        (paid.by_candidate, paid.candidate, "new"),
        (paid.by_control, paid.control, "legacy"),
    ):
        if count:
            amount = f", {total.normalize():,f} {unit}" if unit else ""
            parts.append(f"the {side} path answered {counted(count, 'call')}{amount}")
    return f"Customers got what {' and '.join(parts)}." if parts else "No customer's call is known of it."
