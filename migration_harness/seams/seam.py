"""The one place where a control and a candidate meet.

Note [What the caller sees]: exactly what the authoritative side returns or raises. Nothing that the
other side does, and no fault of the harness (in ``subject``, ``group_by``, an explanation, the
recorder, the log) reaches the caller: a fault is logged as ``harness.fault`` and the call goes on as
if nobody compared. Two things pass through, because they concern the whole process and not one side:
BaseException and Celery's soft time limit.
"""

import time
from random import getrandbits, randrange
from time import monotonic
from typing import Any, ParamSpec, TypeVar

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding import unit_of_work
from migration_harness.deciding.buckets import BUCKETS
from migration_harness.deciding.snapshot import OFF, Decision, Decisions
from migration_harness.deciding.source import decisions_of, decisions_under
from migration_harness.faults import alarm, fault
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison
from migration_harness.seams import charge as charges
from migration_harness.seams import purity, revisions
from migration_harness.seams.charge import Charge
from migration_harness.seams.declaring import Declared
from migration_harness.seams.judged import exact, judged
from migration_harness.seams.proving import note, prove
from migration_harness.seams.sides import Observed, observe, observe_guarded

P = ParamSpec("P")
R = TypeVar("R")

log = structlog.get_logger("harness")

# Bound once: looking them up costs a call on the hot path a twentieth of its time.
_guard, _work, _clock = purity.active.get, unit_of_work.current.get, time.time


class Seam(Declared[P, R]):
    """A function with two implementations; calls go where the account's stage says.

    What it may say is in :class:`~migration_harness.seams.declaring.Declared`.
    """

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Answer as the authoritative side does for the account of this call."""
        try:
            decisions = self._decisions_in_charge() if self.money else decisions_of(self.flag)
            subject, decision = None, decisions.for_all
            if decision is None:
                subject = self.subject(*args, **kwargs)
                decision = decisions[subject]
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001  Note [What the caller sees].
            fault(self.name, "decision", error)
            subject, decision = None, OFF
        # Inside a side that is compared nothing else is: the inner seam answers alone.
        if decision.compared and _guard() is None:
            share_bps = decision.compared_bps
            if share_bps == BUCKETS or randrange(BUCKETS) < share_bps:  # noqa: S311  A sample.
                if self.money:
                    charge = charges.current.get()
                    if charge is not None and charge.compares(self.name):
                        return self._compare(subject, decision, charge, args, kwargs)
                elif not self._tripped or self.breaker.permits(now_seconds=monotonic()):
                    return self._compare(subject, decision, None, args, kwargs)
        value = (self.candidate if decision.in_cohort else self.control)(*args, **kwargs)
        if self.money:
            self._note_answer(decision, value)
        return value

    def compare(self, *args: P.args, **kwargs: P.kwargs) -> Comparison:
        """Run both sides, both under the purity guard, and judge them: nobody is answered, nothing is recorded.

        For calls of the past. The judgement is that of a live call; what concerns one (flag, charge, breaker, sample)
        is not asked. Raises what the seam's own functions raise about the call.
        """
        control = observe_guarded(self.control, args, kwargs)
        candidate = observe_guarded(self.candidate, args, kwargs)
        return judged(self, self.subject(*args, **kwargs), OFF, None, control, candidate, args, kwargs)

    def _decisions_in_charge(self) -> Decisions:
        """Inside a charge the database has confirmed the snapshot; outside it is this process's newest."""
        charge = charges.current.get()
        return decisions_of(self.flag) if charge is None else decisions_under(charge.snapshot, self.flag)

    def _note_answer(self, decision: Decision, value: R) -> None:
        """Leave on the charge, if this is one, who answered alone and what."""
        charge = charges.current.get()
        if charge is not None and not charge.answered_by and purity.active.get() is None:
            control, candidate = (None, exact(value)) if decision.in_cohort else (exact(value), None)
            note(charge, decision, control, candidate)

    def _compare(self, subject: Any, decision: Decision, charge: Charge | None, args: Any, kwargs: Any) -> R:
        in_cohort = decision.in_cohort
        answering, other = (self.candidate, self.control) if in_cohort else (self.control, self.candidate)
        if self.pure and getrandbits(1):
            compared = observe_guarded(other, args, kwargs)
            answer = observe(answering, args, kwargs)
        else:
            answer = observe(answering, args, kwargs)
            compared = observe_guarded(other, args, kwargs)
        control, candidate = (compared, answer) if in_cohort else (answer, compared)
        if charge is not None:
            answer = prove(self, subject, decision, charge, answer, control, candidate, args, kwargs)
        else:
            try:
                self._record(subject, decision, control, candidate, args, kwargs)
            except SoftTimeLimitExceeded:
                raise
            except Exception as error:  # noqa: BLE001  Note [What the caller sees].
                fault(self.name, "comparison", error)
        if answer[1] is not None:
            raise answer[1]
        return answer[0]  # type: ignore[no-any-return]  # It came from a side.

    def _record(
        self, subject: Any, decision: Decision, control: Observed, candidate: Observed, args: Any, kwargs: Any
    ) -> None:
        """Leave the comparison in the buffer. The hot path: two plain values, nothing to clean or to explain."""
        old, control_error, control_ns, control_blocked = control
        new, candidate_error, candidate_ns, candidate_blocked = candidate
        try:
            is_plain = not (
                self._closely
                or old != new
                or candidate_ns > self._budget_ns
                or not (control_error is candidate_error is None)
                or not (control_blocked is candidate_blocked is None)
            )
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # noqa: BLE001  Values that cannot be asked; the comparator can.
            is_plain = False
        if not is_plain:
            comparison = judged(self, subject, decision, None, control, candidate, args, kwargs)
            recorder.buffer.add(comparison)
            self._mind_breaker(comparison, control if decision.in_cohort else candidate, decision)
            return
        control_measure = candidate_measure = None
        if self.measure is not None:
            control_measure = old if type(old) is int else exact(old)
            candidate_measure = new if type(new) is int else exact(new)
        # A plain tuple: what follows from it is worked out at the flush.
        recorder.buffer.add_match(
            (
                _clock(),
                self.name,
                self.revision or revisions.revise(self),
                decision,
                _work(),
                subject,
                "" if self.account_plan is None else self.account_plan(*args, **kwargs),
                self.group_by(*args, **kwargs),
                control_measure,
                candidate_measure,
                control_ns,
                candidate_ns,
            )
        )

    def _mind_breaker(self, comparison: Comparison, compared: Observed, decision: Decision) -> None:
        """Count a failure of the side that does not answer, or forget those before."""
        error, blocked, late = compared[1], compared[3], comparison.verdict is Verdict.TIMEOUT
        failed = blocked is not None or (error is not None and not isinstance(error, self.criteria.errors))
        if failed or (late and not decision.in_cohort):
            reason = blocked or ("overran its budget" if error is None else type(error).__qualname__)
            if self.breaker.failed(reason=reason, now_seconds=monotonic()):
                alarm("harness.breaker_opened", seam=self.name, reason=reason, compared="no more, but for probes")
        elif self.breaker.passed():
            log.info("harness.breaker_closed", seam=self.name)
        self._closely = not self.judging.is_plain or self.breaker.failures > 0
        self._tripped = self.breaker.is_open
