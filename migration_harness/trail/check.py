"""Checks that the audit trail is what was written: that nothing was changed, taken out, cut off or added.

Note [A shortened trail]: a chain that has lost its end is still a chain. So its end is known in other places too. The
counter of epochs says how often flags were changed, and each change is an event. The hash of the newest event is kept
in a table of its own. And each event is logged with its hash (``harness.audited``), outside of the database: whoever
may change every table cannot change what was logged. ``harness audit --verify --head HASH`` asks for that. What the
trail has lost in other ways, :mod:`migration_harness.trail.traces` knows from the rows that it told of.

Note [Revisions before]: they keep no head themselves. A trigger does it for whoever has locked the chain, as each of
them does (``sql/guards.sql``). On a schema before that one, an event that comes after the head is theirs only where it
tells of a change of a flag that the counter of epochs knows of.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Subquery
from django.db.models.expressions import RawSQL

from migration_harness.database import connection
from migration_harness.exceptions import AuditTampered
from migration_harness.isolation import one_moment
from migration_harness.models import AuditEvent, AuditHead, Epoch
from migration_harness.trail.chain import GENESIS, earlier_moments, hash_at
from migration_harness.trail.guards import lifted
from migration_harness.trail.traces import REMEDY, Traces, epoch_of

Hash = Callable[[AuditEvent], str]

_MICROSECONDS: Final = "(extract(epoch FROM migration_harness_auditevent.at) * 1000000)::bigint"
"""The time past Django, which reads it by the settings, and twice the same where summer time ends."""
_YEAR_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SENTENCES: Final = 20
_CUT_OFF: Final = f"Its last events were removed. {REMEDY}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A trail that is whole.

    Attributes:
        events: How many it has.
        head: The hash of the newest one; of none, zeros.
        since: How many came after the head that was asked for.
    """

    events: int
    head: str
    since: int


def check(*, head: str, hash_of: Hash) -> Verified:
    """Return what is to be said of the trail; raises AuditTampered with all that is wrong, a sentence a line."""
    known, traces = _Known(head.strip().lower()), Traces()
    wrong: list[str] = []
    events, previous = 0, GENESIS
    with one_moment():
        for event in _trail():
            # Of a chain that is broken once nothing more can be said.
            if not wrong and not (event.previous_hash == previous and _fits(event, hash_of)):
                wrong.append(
                    f"Audit event {event.pk} ({event.at:%Y-%m-%d %H:%M:%S} UTC, {event.action} {event.subject}) "
                    "does not fit the chain: it, or the one before it, was changed or removed. Compare with a backup."
                )
            wrong += known.pass_by(event)
            traces.follow(event)
            events, previous = events + 1, event.hash
        wrong += [*known.end(), *traces.contradictions(), *lifted()]
    if wrong:
        more = [f"And {len(wrong) - _SENTENCES:,} more."] if len(wrong) > _SENTENCES else []
        raise AuditTampered(*wrong[:_SENTENCES], *more)
    return Verified(events=events, head=previous, since=known.since)


def keeps_head() -> bool:
    """Tell whether the database has a place for the head: on the schema of the revision before it has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('migration_harness_audithead') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _trail() -> Iterator[AuditEvent]:
    """Return all events in their order, and with each what the same moment knew of their end."""
    microseconds = RawSQL(_MICROSECONDS, ())  # noqa: S611  A constant.
    trail = AuditEvent.objects.order_by("id").annotate(microseconds=microseconds, **_ends())
    for event in trail.iterator():
        event.at = _YEAR_ZERO + timedelta(microseconds=event.microseconds)
        yield event


def _ends() -> dict[str, Any]:
    kept = {"kept_head": Subquery(AuditHead.objects.values("hash")[:1])} if keeps_head() else {}
    return {"counter": Subquery(Epoch.objects.values("value")[:1]), **kept}


def _fits(event: AuditEvent, hash_of: Hash) -> bool:
    return event.hash == hash_of(event) or any(event.hash == hash_at(at, event) for at in earlier_moments(event.at))


class _Known:
    """What is known of the trail's end, and what of it was seen on the way."""

    def __init__(self, asked_for: str) -> None:
        self.since = 0
        self._asked_for, self._was_seen = asked_for, not asked_for
        self._kept, self._kept_was_seen = "", False
        self._counter, self._epoch = 0, 0

    def pass_by(self, event: Any) -> Iterator[str]:
        """Look at the next event; returns a sentence where nobody can have written it."""
        self._counter, self._kept = event.counter or 0, getattr(event, "kept_head", None) or ""
        if self._kept_was_seen and epoch_of(event) <= self._epoch:
            yield (
                f"Audit event {event.pk} ({event.action} {event.subject}) was not written by the harness: it comes "
                f"after the newest event that the harness knows of ({self._kept}). {REMEDY}"
            )
        self._epoch = max(self._epoch, epoch_of(event))
        if self._asked_for and self._was_seen:
            self.since += 1
        self._was_seen = self._was_seen or event.hash == self._asked_for
        self._kept_was_seen = self._kept_was_seen or event.hash == self._kept

    def end(self) -> Iterator[str]:
        """Return a sentence for each way in which the end is not the one that is known."""
        if not self._was_seen:
            yield f"The trail has no event with the hash {self._asked_for}. {_CUT_OFF}"
        if self._epoch == 0:
            self._read_without_events()
        if self._kept and not self._kept_was_seen:
            yield f"The newest event ({self._kept}) is not on the trail. {_CUT_OFF}"
        if self._epoch < self._counter:
            yield (
                f"Flags were changed up to epoch {self._counter}, and the trail ends with epoch {self._epoch}. "
                f"{_CUT_OFF}"
            )
        if self._epoch > self._counter:
            yield (
                f"The trail tells of epoch {self._epoch}, and the flags have only come to {self._counter}: no change "
                f"of a flag wrote that event. {REMEDY}"
            )

    def _read_without_events(self) -> None:
        self._counter = Epoch.objects.values_list("value", flat=True).first() or 0
        if keeps_head():
            self._kept = AuditHead.objects.values_list("hash", flat=True).first() or ""
