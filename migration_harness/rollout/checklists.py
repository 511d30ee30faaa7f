"""The manual checklist of a phase: its items, who ticked them, and ticking."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.exceptions import InvalidChange
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import ChecklistTick
from migration_harness.plan import Phase
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """One item of a checklist, by its number from 1; not ticked where ``ticked_at`` is None."""

    number: int
    item: str
    ticked_at: datetime | None
    actor: str
    note: str


def checklist_of(phase: Phase) -> list[ChecklistItem]:
    """Return the checklist of a phase in its order. An item that the plan words anew is a new item."""
    rows = ChecklistTick.objects.filter(phase=phase.number, unticked_at__isnull=True)
    ticks = {row.item: row for row in rows}
    return [_item(number, item, ticks.get(item)) for number, item in enumerate(phase.checklist, start=1)]


def item_of(phase: Phase, number: int) -> ChecklistItem:
    """Return one item of a phase's checklist. Raises InvalidChange."""
    items = checklist_of(phase)
    if not 1 <= number <= len(items):
        has = f"items 1 to {len(items)}" if items else "no checklist"
        raise InvalidChange(f"Phase {phase.number} ({phase.name}) has {has}; there is no item {number}.")
    return items[number - 1]


def tick(*, phase: Phase, number: int, actor: Actor, note: str = "") -> ChecklistItem:
    """Tick an item off, and put it on the trail; one that is ticked stays as it is. Raises InvalidChange."""
    found = item_of(phase, number)
    if found.ticked_at is not None:
        return found
    now = timezone.now()
    try:
        with read_committed():
            row = ChecklistTick.objects.create(
                phase=phase.number, item=found.item, actor=audit.actor_kept(actor.name), note=keepable(note), at=now
            )
            _tell(phase, found.item, actor, was=False, note=note, now=now)
    except IntegrityError:
        # Somebody else ticked it at the same time.
        return item_of(phase, number)
    return _item(number, found.item, row)


def untick(*, phase: Phase, number: int, actor: Actor, note: str = "") -> ChecklistItem:
    """Take a tick back, and put that on the trail. Raises InvalidChange."""
    found = item_of(phase, number)
    now = timezone.now()
    with read_committed():
        rows = ChecklistTick.objects.filter(phase=phase.number, item=found.item, unticked_at__isnull=True)
        if rows.update(unticked_at=now, unticked_by=audit.actor_kept(actor.name)):
            _tell(phase, found.item, actor, was=True, note=note, now=now)
    return item_of(phase, number)


def _item(number: int, item: str, row: ChecklistTick | None) -> ChecklistItem:
    if row is None:
        return ChecklistItem(number=number, item=item, ticked_at=None, actor="", note="")
    return ChecklistItem(number=number, item=item, ticked_at=row.at, actor=row.actor, note=row.note)


def _tell(phase: Phase, item: str, actor: Actor, *, was: bool, note: str, now: datetime) -> None:
    entry = Entry(
        actor=actor.name,
        action="untick checklist" if was else "tick checklist",
        subject=f"phase {phase.number}",
        before={item: "done" if was else "open"},
        after={item: "open" if was else "done"},
        reason=note,
        evidence={},
    )
    audit.append(entry, now=now)
