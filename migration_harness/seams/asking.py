"""Asks what a seam declares: under guard, and whatever it does, the comparison is kept and says what was wrong.

Note [Broken declarations]: ``group_by``, ``account_plan``, ``subject``, ``clean``, an oracle or an explanation is code
of the host like any other. Where one raises, answers something else than its words, or tries a side effect, the call
was compared all the same: its verdict becomes ``mismatch``, unless it needs a review already, with the name of what
failed as a difference of its own, so that all such calls are one discrepancy. Where a side effect is tried while the
results are compared, the verdict is ``blocked``: whether a lazy result did it or the function that looked at it cannot
be told, and the first is the other side's doing.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from migration_harness.comparing.comparator import UNEXPLAINED, Judgement, Verdict
from migration_harness.comparing.difference import ABSENT, Difference, Kind
from migration_harness.faults import alarm
from migration_harness.seams.purity import SideEffectRefused
from migration_harness.seams.sides import observe_guarded

COMPARISON: Final = "comparison"
"""What is asked of the results themselves."""


class Asking:
    """One call's questions to what its seam declares.

    Attributes:
        broken: What failed and how, in the order in which it was asked.
    """

    def __init__(self, seam: str, *failed: tuple[str, BaseException]) -> None:
        self.broken: list[tuple[str, str]] = []
        self._is_blocked = False
        self._seam = seam
        for where, error in failed:
            self._fails(where, error, str(error) if isinstance(error, SideEffectRefused) else None)

    def ask(self, where: str, function: Callable[..., Any], *args: Any, otherwise: Any) -> Any:
        """Return what the function returns, under guard; ``otherwise`` where it fails."""
        value, error, _, blocked = observe_guarded(function, args, {})
        if error is None and blocked is None:
            return value
        self._fails(where, error, blocked)
        return otherwise

    def _fails(self, where: str, error: BaseException | None, blocked: str | None) -> None:
        failed = SideEffectRefused.__name__ if error is None else type(error).__qualname__
        alarm("harness.fault", seam=self._seam, where=where, error=failed)
        self._is_blocked = self._is_blocked or (where == COMPARISON and blocked is not None)
        self.broken.append((where, f"tried {blocked}" if blocked else f"raised {failed}"))

    def told_in(self, judgement: Judgement) -> Judgement:
        """Return the judgement with what failed in it."""
        if not self.broken:
            return judgement
        failures = tuple(
            Difference(path=where, kind=Kind.EXTRA, control=ABSENT, candidate=how) for where, how in self.broken
        )
        verdict = judgement.verdict if judgement.verdict in UNEXPLAINED else Verdict.MISMATCH
        if self._is_blocked:
            verdict = Verdict.BLOCKED
        return Judgement(
            verdict=verdict,
            differences=(*judgement.differences, *failures),
            explanation=f"{self.broken[0][0]} failed",
            expected=judgement.expected,
            notes=judgement.notes,
        )


def words_of(group: Any) -> tuple[str, ...]:
    """Return a group as words: one word may be given alone, and a word may be a number. Raises TypeError for others."""
    if isinstance(group, str):
        return (str(group),)
    # A tuple is not asked: whether it is a Sequence is looked for anew each time.
    if type(group) is not tuple and not isinstance(group, Sequence):
        raise TypeError(f"group_by answered a {type(group).__qualname__}, not words.")
    return tuple([word if type(word) is str else _word(word) for word in group])


def text_of(plan: Any) -> str:
    """Return an account's plan as text; raises TypeError for anything else."""
    if not isinstance(plan, str):
        raise TypeError(f"account_plan answered a {type(plan).__qualname__}, not a text.")
    return str(plan)


def _word(word: Any) -> str:
    if not isinstance(word, str | int):
        raise TypeError(f"group_by answered a {type(word).__qualname__} among its words.")
    return str(word)
