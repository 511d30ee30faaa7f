"""Checks that the audit trail is what was written: that nothing was changed, taken out, cut off or added.

Note [A shortened trail]: a chain that has lost its end is still a chain. So its end is known in other places too. The
counter of epochs says how often flags were changed, and each change is an event. The hash of the newest event is kept
in a table of its own. And each event is logged with its hash (``harness.audited``), outside of the database: whoever
may change every table cannot change what was logged. ``harness audit --verify --head HASH`` asks for that. What the
trail has lost in other ways, :mod:`migration_harness.trail.traces` knows from the rows that it told of.

Note [Revisions before]: they keep no head themselves. A trigger does it for whoever has locked the chain, as each of
them does (``sql/guards.sql``). On a schema before that one, an event that comes after the head is theirs only where it
tells of a change of a flag that the counter of epochs knows of.

Note [Onwards]: whoever checks all the time has seen the old events before. A process keeps what it has learnt of a
whole trail up to before its newest event, and goes on from there: that event has to follow from the one before, as
then, and everything after it, and there have to be as many before it as then; heads, counter, tables and triggers are
looked at as for a whole trail. Old events are not read again, so this alone would not find one that was changed since:
such changes the server counts (:mod:`migration_harness.money.trial_balance.signals`), and then, as every ten minutes,
the whole trail is checked.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from django.db.models import Subquery
from django.db.models.expressions import RawSQL

from migration_harness.exceptions import AuditTampered
from migration_harness.isolation import one_moment
from migration_harness.models import AuditEvent, AuditHead, Epoch
from migration_harness.trail.chain import earlier_moments, hash_at
from migration_harness.trail.guards import lifted
from migration_harness.trail.hashing import GENESIS
from migration_harness.trail.known import CUT_OFF, Known, keeps_head
from migration_harness.trail.publishing import Head
from migration_harness.trail.traces import Traces
from migration_harness.wording import counted

Hash = Callable[[AuditEvent], str]

_MICROSECONDS: Final = "(extract(epoch FROM migration_harness_auditevent.at) * 1000000)::bigint"
"""The time past Django, which reads it by the settings, and twice the same where summer time ends."""
_YEAR_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SENTENCES: Final = 20


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


def check(*, head: str, hash_of: Hash, published: Sequence[Head] = ()) -> Verified:
    """Return what is to be said of the whole trail; raises AuditTampered with all that is wrong, a sentence a line."""
    global _seen  # noqa: PLW0603  One per process.
    _seen = None
    with one_moment():
        verified, _seen = _Way(head, hash_of, published=published).to_the_end(in_order())
    return verified


def check_onwards(*, hash_of: Hash) -> Verified:
    """Return the same, by the events since this process checked the trail last: Note [Onwards].

    Where it has not, or anything is wrong, the whole trail is checked. Raises AuditTampered.
    """
    global _seen  # noqa: PLW0603  One per process.
    if (seen := _seen) is not None:
        _seen = None
        with suppress(AuditTampered), one_moment():
            if AuditEvent.objects.filter(id__lte=seen.position).count() == seen.events:
                verified, _seen = _Way.after(seen, hash_of).to_the_end(in_order(after=seen.position))
                return verified
    return check(head="", hash_of=hash_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A trail as it was before its newest event, when it was whole; ``position`` is the id of the event before that."""

    position: int
    events: int
    previous: str
    epoch: int
    traces: Traces


class _Way:
    """Goes through events in their order, and notes what is wrong with them."""

    def __init__(self, head: str, hash_of: Hash, *, published: Sequence[Head] = ()) -> None:
        self._hash_of, self._known, self._traces = hash_of, Known(head.strip().lower()), Traces()
        self._position, self._events, self._previous = 0, 0, GENESIS
        self._lacking = {each.hash: each for each in published}
        self._wrong: list[str] = []

    @classmethod
    def after(cls, seen: _Seen, hash_of: Hash) -> Self:
        """Return the way that goes on where one has been."""
        way = cls("", hash_of)
        way._known.go_on_after(seen.epoch)
        way._traces = deepcopy(seen.traces)
        way._position, way._events, way._previous = seen.position, seen.events, seen.previous
        return way

    def to_the_end(self, trail: Iterator[AuditEvent]) -> tuple[Verified, _Seen | None]:
        """Return what is to be said of the trail, and from where to go on another time. Raises AuditTampered."""
        seen, event = None, next(trail, None)
        while event is not None:
            following = next(trail, None)
            if following is None:
                seen = self._here()
            self._pass_by(event)
            event = following
        lacking = _unpublished(self._lacking.values())
        wrong = [*self._wrong, *self._known.end(), *lacking, *self._traces.contradictions(), *lifted()]
        if wrong:
            more = [f"And {len(wrong) - _SENTENCES:,} more."] if len(wrong) > _SENTENCES else []
            raise AuditTampered(*wrong[:_SENTENCES], *more)
        return Verified(events=self._events, head=self._previous, since=self._known.since), seen

    def _here(self) -> _Seen:
        return _Seen(
            position=self._position,
            events=self._events,
            previous=self._previous,
            epoch=self._known.epoch,
            traces=deepcopy(self._traces),
        )

    def _pass_by(self, event: AuditEvent) -> None:
        # Of a chain that is broken once nothing more can be said.
        if not self._wrong and not (event.previous_hash == self._previous and _fits(event, self._hash_of)):
            self._wrong.append(
                f"Audit event {event.pk} ({event.at:%Y-%m-%d %H:%M:%S} UTC, {event.action} {event.subject}) "
                "does not fit the chain: it, or the one before it, was changed or removed. Compare with a backup."
            )
        self._wrong += self._known.pass_by(event)
        self._traces.follow(event)
        self._lacking.pop(event.hash, None)
        self._position, self._events, self._previous = event.pk, self._events + 1, event.hash


def _unpublished(lacking: Collection[Head]) -> Iterator[str]:
    """Yield a sentence where heads that were published are not on the trail."""
    if lacking:
        first = min(lacking, key=lambda head: head.event)
        yield (
            f"The trail lacks {counted(len(lacking), 'event')} whose hash was published, the first of them event "
            f"{first.event} ({first.hash}), published at {first.at}. {CUT_OFF}"
        )


_seen: _Seen | None = None
"""How far this process has come."""


def moment_hashed(event: AuditEvent) -> str:
    """Return the time of an event in the form in which it was hashed; of one that fits in none, the form of today."""
    today = event.at.isoformat()
    if event.hash == hash_at(today, event):
        return today
    return next((at for at in earlier_moments(event.at) if event.hash == hash_at(at, event)), today)


def in_order(*, after: int = 0) -> Iterator[AuditEvent]:
    """Return events in their order, and with each what the same moment knew of their end."""
    microseconds = RawSQL(_MICROSECONDS, ())  # noqa: S611  A constant.
    trail = AuditEvent.objects.filter(id__gt=after).order_by("id").annotate(microseconds=microseconds, **_ends())
    for event in trail.iterator():
        event.at = _YEAR_ZERO + timedelta(microseconds=event.microseconds)
        yield event


def _ends() -> dict[str, Any]:
    kept = {"kept_head": Subquery(AuditHead.objects.values("hash")[:1])} if keeps_head() else {}
    return {"counter": Subquery(Epoch.objects.values("value")[:1]), **kept}


def _fits(event: AuditEvent, hash_of: Hash) -> bool:
    return event.hash == hash_of(event) or any(event.hash == hash_at(at, event) for at in earlier_moments(event.at))
