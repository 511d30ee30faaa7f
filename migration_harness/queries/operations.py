"""Operations that were recorded, and which laws they obeyed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Max, Q, QuerySet

from migration_harness.comparing.comparator import Verdict
from migration_harness.exceptions import UnknownRecording
from migration_harness.models import RecordedOperation
from migration_harness.operations.declaring import operations
from migration_harness.operations.laws import PREFIX
from migration_harness.queries.differences import Discrepancy

_LISTED = ("rows", "steps", "inputs", "outcome", "world", "stages", "beside")
"""What a list does not show: the longest columns."""


RECORDED_DAYS: Final = 7
"""How long a recording says something of its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRecorded:
    """What was recorded of one kind of operations since a moment.

    Attributes:
        kind: The kind.
        recorded: How many.
        broken: How many of them break a law.
        cut: How many are not whole.
        last_at: When the newest began.
    """

    kind: str
    recorded: int
    broken: int
    cut: int
    last_at: datetime | None


def recorded_operations(*, kind: str = "", broken: bool = False, limit: int = 50) -> list[RecordedOperation]:
    """Return the newest ones, without what they did; of one kind, or only those that break a law."""
    found: QuerySet[RecordedOperation] = RecordedOperation.objects.defer(*_LISTED).order_by("-at", "-pk")
    if kind:
        found = found.filter(kind=kind)
    if broken:
        found = found.exclude(broken=[])
    return list(found[:limit])


def recorded_operation(name: str) -> RecordedOperation:
    """Return one by its number, or the newest of an operation id. Raises UnknownRecording."""
    found = RecordedOperation.objects.filter(pk=int(name)) if name.isdecimal() and len(name) < 19 else None  # noqa: PLR2004
    if not found:
        found = RecordedOperation.objects.filter(operation_id=name).order_by("-at", "-pk")
    if (first := found.first()) is None:
        raise UnknownRecording(f"No operation {name!r} was recorded. List them: harness operations list")
    return first


def operations_to_carry(*, kind: str = "", each: int) -> list[RecordedOperation]:
    """Return the newest ones of each kind, or of one, that can be run elsewhere: at most so many of each.

    Raises UnknownRecording where there is none.
    """
    found = RecordedOperation.objects.exclude(world=None).filter(missing=[])
    kinds = [kind] if kind else found.order_by("kind").values_list("kind", flat=True).distinct()
    carried = [one for name in kinds for one in found.filter(kind=name).order_by("-at", "-pk")[:each]]
    if not carried:
        raise UnknownRecording(
            "No operation was recorded that can be run elsewhere: whole, and of a kind of which the host's World says "
            "what it reads. See harness operations list"
        )
    return carried


def kinds_recorded_lately(*, now: datetime) -> list[KindRecorded]:
    """Return what was recorded of each kind in the last :data:`RECORDED_DAYS` days."""
    return kinds_recorded(since=now - timedelta(days=RECORDED_DAYS))


def kinds_recorded(*, since: datetime) -> list[KindRecorded]:
    """Return what was recorded of each kind that must obey a law or was recorded; work of replays is none of it."""
    rows = (
        RecordedOperation.objects.filter(at__gte=since, run="")
        .values("kind")
        .annotate(
            recorded=Count("pk"),
            broken=Count("pk", filter=~Q(broken=[])),
            cut=Count("pk", filter=~Q(missing=[])),
            last_at=Max("at"),
        )
    )
    found = {row["kind"]: KindRecorded(**row) for row in rows}
    lawful = {kind for law in operations().laws for kind in law.kinds}
    for kind in lawful - found.keys():
        found[kind] = KindRecorded(kind=kind, recorded=0, broken=0, cut=0, last_at=None)
    return [found[kind] for kind in sorted(found)]


def unlawful(found: Iterable[Discrepancy]) -> list[Discrepancy]:
    """Return those discrepancies that are broken laws."""
    return [each for each in found if each.seam.startswith(PREFIX) and each.verdict == Verdict.UNLAWFUL]
