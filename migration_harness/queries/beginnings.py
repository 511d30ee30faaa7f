"""What began the evidence windows that are now."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q

from migration_harness.database import connection
from migration_harness.evidence.changes import changes_between, told_shortly
from migration_harness.models import AuditEvent
from migration_harness.queries.windows import Window

_NOT_KNOWN: Final = "what it ran on before was not kept, so what changed is not known"
_BEGINS: Final = ("stage", "baseline")
_KEPT: Final = """
WITH ordered AS (
    SELECT id, seam, revision, first_at, parts,
           lag(id) OVER (PARTITION BY seam ORDER BY id) AS id_before,
           lead(id) OVER (PARTITION BY seam ORDER BY id) IS NULL AS is_newest
    FROM migration_harness_revision WHERE seam = ANY(%(seams)s)
)
SELECT ordered.seam, ordered.revision, ordered.first_at, ordered.parts, before.parts
FROM ordered
LEFT JOIN migration_harness_revision before ON before.id = ordered.id_before
LEFT JOIN unnest(%(seams)s::text[], %(revisions)s::text[]) AS now (seam, revision)
    ON now.seam = ordered.seam AND now.revision = ordered.revision
WHERE ordered.is_newest OR now.seam IS NOT NULL
ORDER BY ordered.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What began a window.

    ``at`` is None where nothing was compared in it yet. ``changes`` are phrases, all that is different from the
    revision before; empty where a change of the flag began it, or where that is not known.
    """

    at: datetime | None
    sentence: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A kept revision, and the one that came before it; that one's parts are None where none was kept."""

    first_at: datetime
    parts: dict[str, str]
    parts_before: dict[str, str] | None


def beginnings_of(windows: Mapping[str, Window], since: Mapping[str, datetime | None]) -> dict[str, Beginning]:
    """Return what began each window, by its seam, read by two queries.

    ``since`` has the time of the first comparison in it.
    """
    kept, newest = _kept(windows)
    flips = _flips(windows.values())
    return {
        name: _beginning(window, kept.get(name), newest.get(name), flips.get(window.seam.flag), since.get(name))
        for name, window in windows.items()
    }


def _beginning(
    window: Window, kept: _Kept | None, newest: _Kept | None, flip: AuditEvent | None, since: datetime | None
) -> Beginning:
    if kept is not None and flip is not None and flip.at > kept.first_at:
        return _began(flip.at, _flip_text(flip))
    if kept is not None:
        return _by_revision(kept.first_at, kept.parts_before, kept.parts)
    if newest is None and since is None:
        return Beginning(at=None, sentence="Nothing was compared yet.")
    return _by_revision(since, None if newest is None else newest.parts, window.parts)


def _by_revision(at: datetime | None, before: Mapping[str, str] | None, after: Mapping[str, str]) -> Beginning:
    changes = () if before is None else changes_between(before, after)
    return _began(at, told_shortly(changes) or _NOT_KNOWN, changes)


def _began(at: datetime | None, what: str, changes: tuple[str, ...] = ()) -> Beginning:
    began = "The next comparison begins a new window"
    if at is not None:
        began = f"A new window began at {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return Beginning(at=at, sentence=f"{began}: {what}.", changes=changes)


def _flip_text(event: AuditEvent) -> str:
    """Return what a flip changed that begins a window, and by whom."""
    what = [
        f"{field} of flag {event.subject} changed from {event.before[field]} to {event.after.get(field)}"
        for field in _BEGINS
        if field in event.before
    ]
    told = ", ".join(what) or f"flag {event.subject} began"
    return f"{told} (epoch {event.evidence.get('epoch')}, by {event.actor})"


def _kept(windows: Mapping[str, Window]) -> tuple[dict[str, _Kept], dict[str, _Kept]]:
    """Return the kept revisions of the windows, and the newest one of each seam."""
    parameters: dict[str, Any] = {
        "seams": list(windows),
        "revisions": [window.revision for window in windows.values()],
    }
    kept: dict[str, _Kept] = {}
    newest: dict[str, _Kept] = {}
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, parameters)
        for seam, revision, first_at, parts, before in cursor.fetchall():
            newest[seam] = row = _Kept(first_at=first_at, parts=_read(parts), parts_before=before and _read(before))
            if revision == windows[seam].revision:
                kept[seam] = row
    return kept, newest


def _read(parts: Any) -> dict[str, str]:
    found: dict[str, str] = json.loads(parts) if isinstance(parts, str) else parts
    return found


def _flips(windows: Iterable[Window]) -> dict[str, AuditEvent]:
    """Return the event of each flag that set the epoch from which its windows count, by the flag's name."""
    wanted = Q(pk__in=())
    for flag, epoch in {(window.seam.flag, window.epoch) for window in windows if window.epoch}:
        wanted |= Q(subject=flag, evidence__epoch=epoch)
    return {event.subject: event for event in AuditEvent.objects.filter(wanted).order_by("id")}
