"""The one place where a control and a candidate meet.

Note [What the caller sees]: exactly what the authoritative side returns or raises. Nothing that the
other side does, and no fault of the harness (in ``subject``, ``group_by``, an explanation, the
recorder, the log) reaches the caller: a fault is logged as ``harness.fault`` and the call goes on as
if nobody compared. Passed through is only what concerns the whole process: see
:mod:`migration_harness.passing`.
"""

import time
from random import getrandbits, randrange
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from migration_harness.comparing.measures import measure_of
from migration_harness.comparing.owning import ATOMIC_KINDS
from migration_harness.deciding import unit_of_work
from migration_harness.deciding.buckets import BUCKETS
from migration_harness.deciding.snapshot import OFF, Decision, Decisions
from migration_harness.deciding.source import decisions_of, decisions_under
from migration_harness.faults import fault
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison
from migration_harness.passing import passes
from migration_harness.seams import charge as charges
from migration_harness.seams import purity
from migration_harness.seams.arguments import Copies, are_atomic, observe_apart
from migration_harness.seams.asking import Asking
from migration_harness.seams.charge import Charge
from migration_harness.seams.declaring import Declared
from migration_harness.seams.deferred.accepting import answer_now
from migration_harness.seams.judged import judged
from migration_harness.seams.matching import records_match
from migration_harness.seams.proving import note, prove
from migration_harness.seams.sides import Observed, let_go, observe, observe_guarded
from migration_harness.seams.specialised import specialise
from migration_harness.seams.tripping import mind_breaker

P = ParamSpec("P")
R = TypeVar("R")

# Bound once: looking them up costs a call on the hot path a twentieth of its time.
_guard, _work, _clock = purity.active.get, unit_of_work.current.get, time.time


class Seam(Declared[P, R]):
    """A function with two implementations; calls go where the account's stage says.

    What it may say is in :class:`~migration_harness.seams.declaring.Declared`.
    """

    def declared(self) -> None:
        """Have a call of its own. Note [Specialised] in :mod:`migration_harness.seams.specialised`."""
        specialise(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Answer as the authoritative side does for the account of this call."""
        asking = None
        try:
            decisions = self._decisions_in_charge() if self.money else decisions_of(self.flag)
            subject, decision = None, decisions.for_all
        except Exception as error:
            if passes(error):
                raise
            # Note [What the caller sees].
            fault(self.name, "decision", error)
            subject, decision = None, OFF
        if decision is None:
            if args or not self.subject_is_direct:
                subject, decision, asking = self._decided(decisions, args, kwargs)
            else:
                try:
                    subject = self.declared_subject(**kwargs)
                    decision = decisions[subject]
                except Exception:  # noqa: BLE001  Asked again, and told.
                    subject, decision, asking = self._decided(decisions, args, kwargs)
        if decision.compared:
            return self.perhaps_compared(subject, decision, args, kwargs, asking)
        return self._answered(decision, args, kwargs)

    def perhaps_compared(self, subject: Any, decision: Decision, args: Any, kwargs: Any, asking: Asking | None) -> R:
        """Answer a call of a stage that compares: both sides run, unless this call is not one of the sample."""
        # Inside a side that is compared nothing else is: the inner seam answers alone.
        if _guard() is None:
            share_bps = decision.compared_bps
            if share_bps == BUCKETS or randrange(BUCKETS) < share_bps:  # noqa: S311  A sample.
                if self.money:
                    charge = charges.current.get()
                    if charge is not None and charge.compares(self.name):
                        return self._compare(subject, decision, charge, args, kwargs, asking)
                elif (self.run_if is None or self._runs(args, kwargs)) and (
                    not self.is_tripped or self.breaker.permits(now_seconds=monotonic())
                ):
                    if self.deferred:
                        return self._answered_now(subject, decision, args, kwargs, asking)
                    return self._compare(subject, decision, None, args, kwargs, asking)
        return self._answered(decision, args, kwargs)

    def _runs(self, args: Any, kwargs: Any) -> bool:
        """Tell whether the seam wants this call compared; where its word cannot be had it is, and somebody is told."""
        return bool(Asking(self.name).ask("run_if", self.run_if, args, kwargs, otherwise=True))  # type: ignore[arg-type]

    def _answered_now(self, subject: Any, decision: Decision, args: Any, kwargs: Any, asking: Asking | None) -> R:
        """Answer as the authoritative side does, and leave the other one to a worker."""
        if decision.in_cohort and self.foreseen:
            kwargs = self._as_it_is(kwargs)
        value, error, _, _ = answer_now(self, subject, decision, args, kwargs, asking)
        if error is not None:
            raise error
        return value  # type: ignore[no-any-return]  # It came from a side.

    def _answered(self, decision: Decision, args: Any, kwargs: Any) -> R:
        """Answer as the authoritative side does, alone."""
        if decision.in_cohort:
            value = self.candidate(*args, **(self._as_it_is(kwargs) if self.foreseen else kwargs))
        else:
            value = self.control(*args, **kwargs)
        if self.money:
            self._note_answer(decision, value)
        return value

    def compare(self, *args: P.args, **kwargs: P.kwargs) -> Comparison:
        """Run both sides, both under the purity guard, and judge them: nobody is answered, nothing is recorded.

        For calls of the past. The judgement is that of a live call; what concerns one (flag, charge, breaker, sample)
        is not asked.
        """
        return self.compared(args, kwargs)[0]

    def compared(self, args: Any, kwargs: Any) -> tuple[Comparison, Observed, Observed]:
        """Do as ``compare`` does; return what both sides did, besides."""
        asking = Asking(self.name)
        control, candidate, copies = observe_apart(
            self.control, self.candidate, args, kwargs, guaranteed=self.is_strict, first=observe_guarded
        )
        subject = asking.ask("subject", self.subject, args, kwargs, otherwise=None)
        found = judged(self, subject, OFF, None, control, candidate, copies.args, copies.kwargs, asking=asking)
        return found, control, candidate

    def foresee(self, *args: P.args, **kwargs: P.kwargs) -> R | None:
        """Return what the candidate would answer where the control does and is compared; nobody is answered by it.

        None where the candidate answers, where nothing is compared, and where the candidate fails: what is wrong with
        it its own comparisons say. For what another seam is to be told of, see Note [Foreseen] in
        :mod:`migration_harness.seams.declaring`.
        """
        try:
            decisions = self._decisions_in_charge() if self.money else decisions_of(self.flag)
        except Exception as error:
            if passes(error):
                raise
            fault(self.name, "decision", error)
            return None
        decision = decisions.for_all
        if decision is None:
            decision = self._decided(decisions, args, kwargs)[1]
        if decision.in_cohort or not decision.compared or self.is_tripped or _guard() is not None:
            return None
        # Note [Own arguments].
        copies: Copies = observe_guarded(Copies, (args, kwargs), {})[0]
        if copies.shared and self.is_strict:
            return None
        value, raised, _, blocked = observe_guarded(self.candidate, copies.args, copies.kwargs)
        return None if raised is not None or blocked is not None else value

    def _as_it_is(self, kwargs: Any) -> dict[str, Any]:
        """Return the arguments without what they say of a call that might have been. Note [Foreseen]."""
        return {name: value for name, value in kwargs.items() if name not in self.foreseen}

    def _decided(self, decisions: Decisions, args: Any, kwargs: Any) -> tuple[Any, Decision, Asking | None]:
        """Return whose call it is and what was decided; a call of nobody gets what holds for everyone."""
        asking = Asking(self.name)
        subject = asking.ask("subject", self.subject, args, kwargs, otherwise=None)
        try:
            return subject, decisions[subject], asking if asking.broken else None
        except Exception as error:  # noqa: BLE001  A subject that is no key.
            return None, decisions[None], Asking(self.name, ("subject", error))

    def _decisions_in_charge(self) -> Decisions:
        """Inside a charge the database has confirmed the snapshot; outside it is that with which a charge would begin.

        So a price that is told is the one that is charged, also where a lease ran out.
        """
        charge = charges.current.get()
        snapshot = charges.newest_snapshot() if charge is None else charge.snapshot
        return decisions_under(snapshot, self.flag)

    def _note_answer(self, decision: Decision, value: R) -> None:
        """Leave on the charge, if this is one, who answered alone and what."""
        charge = charges.current.get()
        if charge is not None and not charge.answered_by and purity.active.get() is None:
            control, candidate = (None, measure_of(value)) if decision.in_cohort else (measure_of(value), None)
            note(charge, decision, control, candidate)

    def _compare(
        self,
        subject: Any,
        decision: Decision,
        charge: Charge | None,
        args: Any,
        kwargs: Any,
        asking: Asking | None,
    ) -> R:
        in_cohort = decision.in_cohort
        if in_cohort and self.foreseen:
            kwargs = self._as_it_is(kwargs)
        answering, other = (self.candidate, self.control) if in_cohort else (self.control, self.candidate)
        copies = comparison = None
        # Note [Own arguments].
        if not are_atomic(args, kwargs):
            answer, compared, copies = observe_apart(answering, other, args, kwargs, guaranteed=self.is_strict)
            args, kwargs = copies.args, copies.kwargs
        elif self.pure and getrandbits(1):
            compared = observe_guarded(other, args, kwargs)
            answer = observe(answering, args, kwargs)
        else:
            answer = observe(answering, args, kwargs)
            compared = observe_guarded(other, args, kwargs)
        control, candidate = (compared, answer) if in_cohort else (answer, compared)
        if charge is not None:
            answer = prove(self, subject, decision, charge, answer, control, candidate, args, kwargs, asking)
        else:
            try:
                if asking is not None or not records_match(self, subject, decision, control, candidate, args, kwargs):
                    comparison = judged(self, subject, decision, None, control, candidate, args, kwargs, asking=asking)
                    recorder.buffer.add(comparison)
                    mind_breaker(self, comparison, control if in_cohort else candidate, decision)
            except BaseException as error:
                if passes(error):
                    raise
                # Note [What the caller sees].
                fault(self.name, "comparison", error)
        if type(compared[0]) not in ATOMIC_KINDS or copies is not None or compared[1] is not None:
            held: list[Any] = [compared, control, candidate, comparison, copies, args, kwargs]
            del compared, control, candidate, comparison, copies, args, kwargs
            let_go(self.name, held)
        if answer[1] is not None:
            raise answer[1]
        return answer[0]  # type: ignore[no-any-return]  # It came from a side.
