"""How one seam judges its comparisons: by its criteria, less the noise, within the candidate's time."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from migration_harness.comparing.budget import NANOSECONDS_PER_MS, judge_time
from migration_harness.comparing.comparator import Criteria, Judgement, Verdict, judge
from migration_harness.comparing.difference import ABSENT, Difference, Kind
from migration_harness.comparing.noise import Noise
from migration_harness.comparing.observation import Observation
from migration_harness.comparing.owning import ATOMIC_KINDS, CannotBeCopied, Memo, own, refuse_unfinished_answer
from migration_harness.faults import fault
from migration_harness.notices import say_once

Run = Callable[[], Observation]


class Judging:
    """What a seam was declared with that decides a verdict.

    Attributes:
        criteria: Explanations, declared errors, the name of the compared value.
        budget_ns: Longest time of the candidate in nanoseconds; endless without a budget.
        noise: What is known of the control's noise; None where nobody looks for it.
    """

    def __init__(
        self,
        *,
        seam: str,
        criteria: Criteria,
        clean: Callable[[Any], Any] | None,
        budget_ms: float | None,
        noise_check_bps: int,
    ) -> None:
        self.criteria = criteria
        self.budget_ns = sys.maxsize if budget_ms is None else int(budget_ms * NANOSECONDS_PER_MS)
        self.noise = Noise(share_bps=noise_check_bps) if noise_check_bps else None
        self._seam = seam
        self.clean = clean

    @property
    def is_plain(self) -> bool:
        """Whether two equal values in time are a match, and nothing more is to be asked."""
        return self.clean is None and not self.criteria.explanations and self.noise is None

    def judge(
        self,
        control: Observation,
        candidate: Observation,
        *,
        call: Mapping[str, Any],
        now: float,
        again: Run,
    ) -> Judgement:
        """Return the verdict of one call; ``again`` runs the control once more, under guard.

        Values are compared as copies: whoever called holds the other one, and a lazy result stays as it is there.
        """
        if control.error is None and candidate.error is None:
            try:
                control, candidate = self._comparable(control, candidate)
            except self.criteria.passing:
                raise
            except BaseException as error:  # noqa: BLE001  It is code of the host.
                return self._unclean(error)
        today = datetime.fromtimestamp(now, UTC).date()
        judgement = self._verdict(control, candidate, call, today)
        if self.noise is not None and control.error is None:
            if self.noise.is_due(judgement):
                self._look_for_noise(self.noise, control, again(), today)
            judgement = self.noise.without(judgement)
        return judge_time(judgement, candidate_ns=candidate.duration_ns, budget_ns=self.budget_ns)

    def _verdict(self, control: Observation, candidate: Observation, call: Mapping[str, Any], today: date) -> Judgement:
        try:
            judgement = judge(control, candidate, criteria=self.criteria, call=call, today=today)
        except self.criteria.passing:
            raise
        except BaseException as error:  # noqa: BLE001  An explanation that fails explains nothing.
            fault(self._seam, "explanation", error)
            found = self.criteria.differences(control.value, candidate.value, today=today)
            return Judgement(verdict=Verdict.MISMATCH, differences=found, explanation="explanation failed")
        if judgement.notes:
            say_once(self._seam, judgement.notes)
        return judgement

    def _look_for_noise(self, noise: Noise, control: Observation, repeated: Observation, today: date) -> None:
        if repeated.error is None and repeated.blocked is None:
            _, again = self._comparable(control, repeated)
            noise.learn(self.criteria.differences(control.value, again.value, today=today))

    def _comparable(self, one: Observation, other: Observation) -> tuple[Observation, Observation]:
        """Return observations whose values may be read by anybody; raises what ``clean`` raises, and UnfinishedAnswer.

        One memory for all: what both sides share is one thing in the copies, too.
        """
        if self.clean is None and type(one.value) in ATOMIC_KINDS and type(other.value) in ATOMIC_KINDS:
            return one, other
        memo: Memo = {}
        mine = one._replace(value=self._of_its_own(one.value, memo))
        return mine, other._replace(value=self._of_its_own(other.value, memo))

    def _of_its_own(self, value: Any, memo: Memo) -> Any:
        refuse_unfinished_answer(value)
        try:
            mine = own(value, memo)
        except CannotBeCopied:
            if self.clean is not None:
                raise
            return value
        return mine if self.clean is None else self.clean(mine)

    def _unclean(self, error: BaseException) -> Judgement:
        where = "clean" if self.clean is not None else "result"
        fault(self._seam, where, error)
        how = Difference(path=where, kind=Kind.EXTRA, control=ABSENT, candidate=f"raised {type(error).__qualname__}")
        return Judgement(verdict=Verdict.MISMATCH, differences=(how,), explanation=f"{where} failed")
