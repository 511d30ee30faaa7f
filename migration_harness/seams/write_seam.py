"""The one place where the writes of a control and of a candidate meet.

Note [What a kill leaves]: the authoritative write and its trace (:mod:`migration_harness.stores.drift`) are one
transaction, the other write and the removal of the trace are the next one. So a process that is killed in
between leaves a trace, and never an unmarked difference. Where the caller has a transaction open, all of it
is part of that one and is kept or lost together, and the other side's failure costs its savepoint only.

Note [What the writer sees]: exactly what the authoritative side returns or raises. What the other side
raises is logged as ``harness.drift`` and leaves the trace for the reconciler; a fault of the harness is
logged as ``harness.fault``, and both stores are written without a trace. What concerns the whole process passes
through: see :mod:`migration_harness.passing`.

Note [Writes follow flips]: a write takes its flag's shared lock and decides by what the database then says,
as a charge does; no lease and no snapshot that a unit of work keeps is trusted. After a flip returned no
write commits by the stage before it. A process that still believed in ``complete`` would leave the legacy
store behind for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, ParamSpec, TypeVar

from django.utils import timezone

from migration_harness.database import alias
from migration_harness.deciding.registry import seams
from migration_harness.deciding.snapshot import GLOBAL, OFF, Decision
from migration_harness.deciding.source import decisions_of
from migration_harness.deciding.stages import TABLE, Side
from migration_harness.exceptions import TransactionTooStrict
from migration_harness.faults import alarm, fault
from migration_harness.isolation import read_committed
from migration_harness.passing import passes
from migration_harness.seams import charge as charges
from migration_harness.seams.binding import Binding
from migration_harness.seams.calling import refuse_unfinished
from migration_harness.stores import drift
from migration_harness.stores.drift import Mark, Trace

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One call: what was decided, and the trace that it has left. ``key`` is None where the harness failed."""

    key: str | None
    account_id: str
    decision: Decision
    made: Mark | None = None

    @property
    def order(self) -> tuple[Side, ...]:
        """The sides in the order of the stage table, the authoritative one first."""
        return TABLE[self.decision.stage].writes


class WriteSeam(Generic[P, R]):
    """A function that writes, with two implementations and two stores.

    Writes to the stores that the stage names, one after the other, the authoritative one first. Both sides
    run inside a transaction on the database of the harness: there must be no ``atomic(durable=True)`` in them, and
    a database error that a side means to survive needs an ``atomic()`` of its own around it.

    Args:
        name: Dotted, as status and log show it, for example ``keys.store``.
        flag: The flag that decides; the plan says of it that it has a store. One that does not exist
            decides ``off``.
        control: Writes to the legacy store.
        candidate: Writes to the new one, with the same signature.
        subject: Takes the call's arguments; returns the account's primary key. None: the write belongs to
            no account, and the seam is global.
        key: Takes the call's arguments; returns the name under which both stores keep what is written.
    """

    measure: ClassVar[str | None] = None
    money: ClassVar[bool] = False
    breaker: ClassVar[None] = None

    def __init__(
        self,
        *,
        name: str,
        flag: str,
        control: Callable[P, R],
        candidate: Callable[P, R],
        subject: Callable[..., Any],
        key: Callable[..., str],
    ) -> None:
        refuse_unfinished(name, control=control, candidate=candidate, subject=subject, key=key)
        binding = Binding(control)
        self.name = name
        self.flag = flag
        self.control = control
        self.candidate = candidate
        self._subject = binding.adapted(subject)
        self._key = binding.adapted(key)
        self.__name__ = getattr(candidate, "__name__", name)
        self.__qualname__ = getattr(candidate, "__qualname__", name)
        self.__doc__ = candidate.__doc__
        seams.add(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Write as the stage of this call's account says."""
        subject = self._or_fault("subject", lambda: self._subject(args, kwargs))
        key = self._or_fault("key", lambda: str(self._key(args, kwargs)))
        with read_committed():
            write = self._begin(subject, key)
            answer = self._side(write.order[0])(*args, **kwargs)
            if write.decision.together:
                self._write_other(write, args, kwargs)
        if not write.decision.together:
            self._write_other(write, args, kwargs)
        return answer

    def __repr__(self) -> str:
        return f"<WriteSeam {self.name}>"

    def _side(self, side: Side) -> Callable[P, R]:
        return self.candidate if side is Side.CANDIDATE else self.control

    def _begin(self, subject: Any, key: str | None) -> Write:
        """Decide, wait for the key and leave the trace; the transaction is the authoritative write's."""
        decision = self._decision(GLOBAL if subject is None else subject)
        account_id = "" if subject is None else str(subject)
        write = Write(key=key, account_id=account_id, decision=decision)
        made = None if key is None else self._or_fault("trace", lambda: self._trace(write, key))
        return Write(key=key, account_id=account_id, decision=decision, made=made)

    def _decision(self, subject: Any) -> Decision:
        confirmed = self._or_fault("confirmation", lambda: self._confirmed(subject))
        # The database has not said what the flag is now: what this process knows of it is the next best.
        return confirmed or self._or_fault("decision", lambda: decisions_of(self.flag)[subject]) or OFF

    def _confirmed(self, subject: Any) -> Decision:
        with read_committed():
            snapshot = charges.confirmed_snapshot(flags=[self.flag], using=alias(), bounded=False)
        return snapshot.decisions[self.flag][subject]

    def _trace(self, write: Write, key: str) -> Mark | None:
        decision, order = write.decision, write.order
        trace = Trace(
            seam=self.name,
            key=key,
            account_id=write.account_id,
            authoritative=order[0],
            stage=decision.stage,
            epoch=decision.epoch,
            at=timezone.now(),
        )
        with read_committed():
            drift.lock(seam=self.name, key=key)
            return drift.mark(trace) if order[1:] else drift.follow(trace)

    def _write_other(self, write: Write, args: Any, kwargs: Any) -> None:
        for side in write.order[1:]:
            try:
                with read_committed():
                    self._write_in_turn(side, write, args, kwargs)
            except BaseException as error:
                if passes(error):
                    raise
                # Note [What the writer sees].
                self._report_drift(write, type(error).__name__)

    def _write_in_turn(self, side: Side, write: Write, args: Any, kwargs: Any) -> None:
        """Write unless a later write or the reconciler has taken the key over; remove the trace."""
        if write.key is None or write.made is None:
            self._side(side)(*args, **kwargs)
            return
        drift.lock(seam=self.name, key=write.key)
        if drift.is_newest(write.made):
            self._side(side)(*args, **kwargs)
            if not drift.clear(write.made):
                self._report_drift(write, "")

    def _report_drift(self, write: Write, error: str) -> None:
        """Log that the stores may differ; ``error`` is empty where an earlier write of the key is what is missing."""
        alarm(
            "harness.drift",
            seam=self.name,
            key=write.key or "",
            account_id=write.account_id,
            authoritative=write.order[0].value,
            error=error,
        )
        if (made := write.made) is not None and error:
            self._or_fault("trace", lambda: self._note_failure(made, error))

    def _note_failure(self, made: Mark, error: str) -> None:
        with read_committed():
            drift.note_failure(made, error)

    def _or_fault(self, where: str, ask: Callable[[], T]) -> T | None:
        """Return what ``ask`` returns; None where the harness failed, and say so."""
        try:
            return ask()
        except TransactionTooStrict:
            # In a transaction that cannot see a flip nothing is written by a flag.
            raise
        except BaseException as error:
            if passes(error):
                raise
            # Note [What the writer sees].
            fault(self.name, where, error)
            return None
