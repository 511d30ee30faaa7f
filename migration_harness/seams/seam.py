"""The one place where a control and a candidate meet.

Note [What the caller sees]: exactly what the authoritative side returns or raises. Nothing that the
other side does, and no fault of the harness (in ``subject``, ``group_by``, an explanation, the
recorder, the log) reaches the caller: a fault is logged as ``harness.fault`` and the call goes on as
if nobody compared. Two things pass through, because they concern the whole process and not one side:
BaseException and Celery's soft time limit.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from random import getrandbits, randrange
from time import monotonic
from typing import Any, Generic, ParamSpec, TypeVar

import structlog
from celery.exceptions import SoftTimeLimitExceeded

from migration_harness.comparing.allowances import Ignore, allowances_of
from migration_harness.comparing.comparator import MATCHED, Criteria, Verdict, signature_of
from migration_harness.comparing.explanations import Explanation
from migration_harness.comparing.judging import Judging
from migration_harness.comparing.observation import Observation
from migration_harness.comparing.tolerance import Tolerance
from migration_harness.deciding import unit_of_work
from migration_harness.deciding.buckets import BUCKETS
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.registry import seams
from migration_harness.deciding.snapshot import OFF, Decision, Decisions
from migration_harness.deciding.source import decisions_of, decisions_under
from migration_harness.deciding.stages import Side
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.faults import alarm, fault
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison
from migration_harness.seams import charge as charges
from migration_harness.seams import purity, revisions
from migration_harness.seams.breaker import Breaker
from migration_harness.seams.charge import Charge
from migration_harness.seams.sides import Observed, observe, observe_guarded

P = ParamSpec("P")
R = TypeVar("R")

log = structlog.get_logger("harness")

# Makes a NamedTuple without the Python function that its own constructor is; for what every comparison makes.
_tuple = tuple.__new__
# Bound once: looking them up costs a call on the hot path a twentieth of its time.
_guard, _work, _clock = purity.active.get, unit_of_work.current.get, time.time


def _no_group(*_args: Any, **_kwargs: Any) -> tuple[str, ...]:
    return ()


class Seam(Generic[P, R]):
    """A function with two implementations; calls go where the account's stage says.

    Has the signature of its control and candidate, and the candidate's name. Public parameters are
    keyword-only.

    Args:
        name: Dotted, as status and log show it, for example ``credits.text``.
        flag: The flag that decides. One that does not exist decides ``off``.
        control: The legacy implementation.
        candidate: The new one, with the same signature.
        subject: Takes the call's arguments; returns the account's primary key, or None.
        group_by: Takes the call's arguments; returns the words that tell kinds of calls apart.
        account_plan: Takes the call's arguments; returns the account's plan as text, without a query.
        explain: Rules and at most one oracle, see :mod:`migration_harness.comparing.explanations`.
        errors: Exceptions that belong to the contract of both sides.
        clean: Applied to both values before they are compared.
        measure: The unit of the results where these are exact numbers that can be summed.
        money: The seam prices charges: it compares once, inside ``charge()``, and only an oracle explains.
        pure: Neither side reads or writes anything: the order of the sides is random.
        budget_ms: Longest time of the candidate; a right answer that took longer counts as ``timeout``.
        noise_check_bps: Share of the compared calls, in basis points, in which the control runs twice, so that a
            field that changes by itself is seen as noise. Not for money: only the oracle explains money.
        unordered: Paths of sequences whose elements may be in any order, see :mod:`migration_harness.comparing.paths`.
        tolerance: How far numbers may be apart, by path: a Decimal, or a ``Relative``. Not for money.
        ignore: Rules that leave out a path until they expire. Not for money.

    Where the side that does not answer fails :data:`~migration_harness.seams.breaker.FAILURES_TO_OPEN` times in a
    row, a process stops comparing for a while; see :mod:`migration_harness.seams.breaker`. A money seam has no
    breaker: there is no charge without its evidence.
    """

    def __init__(
        self,
        *,
        name: str,
        flag: str,
        control: Callable[P, R],
        candidate: Callable[P, R],
        subject: Callable[..., Any],
        group_by: Callable[..., Sequence[str]] = _no_group,
        account_plan: Callable[..., str] | None = None,
        explain: Sequence[Explanation] = (),
        errors: tuple[type[Exception], ...] = (),
        clean: Callable[[R], Any] | None = None,
        measure: str | None = None,
        money: bool = False,
        pure: bool = False,
        budget_ms: float | None = None,
        noise_check_bps: int = 0,
        unordered: Sequence[str] = (),
        tolerance: Mapping[str, Tolerance] | None = None,
        ignore: Sequence[Ignore] = (),
    ) -> None:
        if money and noise_check_bps:
            raise HarnessMisconfigured(f"The money seam {name} has a noise check: only the oracle explains money.")
        self.name = name
        self.flag = flag
        self.measure = measure
        self.money = money
        self.pure = pure
        self.revision = ""
        """What its comparisons are evidence for; given at the first, see :mod:`migration_harness.seams.revisions`."""
        root = measure or "result"
        self.criteria = Criteria(
            explanations=tuple(explain),
            errors=errors,
            root=root,
            allowances=allowances_of(
                seam=name, root=root, money=money, unordered=unordered, tolerance=tolerance or {}, ignore=ignore
            ),
            passing=(SoftTimeLimitExceeded,),
        )
        self.breaker = Breaker()
        self.control = control
        self.candidate = candidate
        self._subject = subject
        self._group_by = group_by
        self._account_plan = account_plan
        self._judging = Judging(
            seam=name, criteria=self.criteria, clean=clean, budget_ms=budget_ms, noise_check_bps=noise_check_bps
        )
        self._budget_ns = self._judging.budget_ns
        # What the hot path asks: whether to look closer at equal values, and whether the breaker is open.
        self._closely = not self._judging.is_plain
        self._tripped = False
        self.__name__ = getattr(candidate, "__name__", name)
        self.__qualname__ = getattr(candidate, "__qualname__", name)
        self.__doc__ = candidate.__doc__
        seams.add(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Answer as the authoritative side does for the account of this call."""
        try:
            decisions = self._decisions_in_charge() if self.money else decisions_of(self.flag)
            subject, decision = None, decisions.for_all
            if decision is None:
                subject = self._subject(*args, **kwargs)
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
        return self._judged(self._subject(*args, **kwargs), OFF, None, control, candidate, args, kwargs)

    def __repr__(self) -> str:
        return f"<Seam {self.name}>"

    def _decisions_in_charge(self) -> Decisions:
        """Inside a charge the database has confirmed the snapshot; outside it is this process's newest."""
        charge = charges.current.get()
        return decisions_of(self.flag) if charge is None else decisions_under(charge.snapshot, self.flag)

    def _note_answer(self, decision: Decision, value: R) -> None:
        """Leave on the charge, if this is one, who answered alone and what."""
        charge = charges.current.get()
        if charge is not None and not charge.answered_by and purity.active.get() is None:
            control, candidate = (None, _exact(value)) if decision.in_cohort else (_exact(value), None)
            self._note(charge, decision, control, candidate)

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
            answer = self._prove(subject, decision, charge, answer, control, candidate, args, kwargs)
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
            comparison = self._judged(subject, decision, None, control, candidate, args, kwargs)
            recorder.buffer.add(comparison)
            self._mind_breaker(comparison, control if decision.in_cohort else candidate, decision)
            return
        control_measure = candidate_measure = None
        if self.measure is not None:
            control_measure = old if type(old) is int else _exact(old)
            candidate_measure = new if type(new) is int else _exact(new)
        # A plain tuple: what follows from it is worked out at the flush.
        recorder.buffer.add_match(
            (
                _clock(),
                self.name,
                self.revision or revisions.revise(self),
                decision,
                _work(),
                subject,
                "" if self._account_plan is None else self._account_plan(*args, **kwargs),
                self._group_by(*args, **kwargs),
                control_measure,
                candidate_measure,
                control_ns,
                candidate_ns,
            )
        )

    def _prove(
        self,
        subject: Any,
        decision: Decision,
        charge: Charge,
        answer: Observed,
        control: Observed,
        candidate: Observed,
        args: Any,
        kwargs: Any,
    ) -> Observed:
        """Write a charge's evidence; where that fails, answer as ``off`` does and raise an alarm."""
        try:
            comparison = self._judged(subject, decision, charge, control, candidate, args, kwargs)
            if charge.settles:
                charge.evidence = recorder.evidence_of(comparison)
            else:
                recorder.record_in_charge(comparison, using=charge.using)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001  The charge goes on, at the legacy price.
            charges.evidence_lost(seam=self.name, operation_id=charge.operation_id, error=type(error).__name__)
            self._note(charge, OFF, _exact(control[0]), None)
            return control
        self._note(charge, decision, comparison.control_measure, comparison.candidate_measure)
        return answer

    def _note(self, charge: Charge, decision: Decision, control: Any, candidate: Any) -> None:
        charge.answered_by = (Side.CANDIDATE if decision.in_cohort else Side.CONTROL).value
        charge.epoch = decision.epoch
        charge.control_measure, charge.candidate_measure = control, candidate

    def _judged(
        self,
        subject: Any,
        decision: Decision,
        charge: Charge | None,
        control: Observed,
        candidate: Observed,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Comparison:
        now = _clock()
        group = self._group_by(*args, **kwargs)
        judgement = self._judging.judge(
            Observation(*control),
            Observation(*candidate),
            call=kwargs,
            now=now,
            again=lambda: Observation(*observe_guarded(self.control, args, kwargs)),
        )
        signature = None
        if judgement is not MATCHED:
            signature = signature_of(seam=self.name, judgement=judgement, group=group)
        path, request_id, run = ExecutionPath.DIRECT, "", ""
        if (work := _work()) is not None:
            path, request_id, run = work.execution_path, work.request_id, work.run
        control_measure, candidate_measure = self._measures(control[0], candidate[0])
        fields = (
            now,
            self.name,
            decision.epoch,
            decision.stage,
            subject,
            "" if self._account_plan is None else self._account_plan(*args, **kwargs),
            path,
            group,
            judgement.verdict,
            signature,
            control_measure,
            candidate_measure,
            control[2],
            candidate[2],
            "" if charge is None else charge.operation_id,
            request_id,
            run,
            self.revision or revisions.revise(self),
            judgement,
            # A match keeps nothing of its call alive.
            _NO_CALL if signature is None else kwargs,
        )
        return _tuple(Comparison, fields)

    def _measures(self, old: Any, new: Any) -> tuple[Decimal | int | None, Decimal | int | None]:
        return (None, None) if self.measure is None else (_exact(old), _exact(new))

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
        self._closely = not self._judging.is_plain or self.breaker.failures > 0
        self._tripped = self.breaker.is_open


_NUMBERS = (int, Decimal)
_NO_CALL: dict[str, Any] = {}


def _exact(value: Any) -> Decimal | int | None:
    """Return the value where it is an exact number: a float is not, a truth value is not."""
    return value if isinstance(value, _NUMBERS) and value is not True and value is not False else None
