"""What a host tells of an operation itself: what it sends to others and what comes back, and what it came by."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from migration_harness.operations.effects import Step, StepKind
from migration_harness.operations.masking import without
from migration_harness.operations.plain import plain
from migration_harness.operations.under_way import UnderWay, add, current, trial
from migration_harness.seams.purity import active
from migration_harness.secret import Secret


class Sent:
    """A payload that is on its way; ``answered`` says what came back."""

    def __init__(self, under_way: UnderWay | None, place: int, hide: tuple[Secret, ...]) -> None:
        self._under_way = under_way
        self._place = place
        self._hide = hide

    def __bool__(self) -> bool:
        """Tell whether anybody wants to know the answer."""
        return self._under_way is not None and self._place >= 0

    def answered(self, answer: Mapping[str, Any]) -> None:
        """Say what came back, plain or nearly so."""
        if self._under_way is not None and self._place >= 0:
            steps = self._under_way.steps
            steps[self._place] = replace(steps[self._place], answer=without(plain(answer), self._hide))


_NOBODY: Final = Sent(None, -1, ())


def sent(to: str, payload: Mapping[str, Any], *, hide: Iterable[Secret] = ()) -> Sent:
    """Tell what is sent to somebody outside, such as a provider, right before it is.

    ``hide``: secrets that may stand in it, or in the answer; of each fragment the fingerprint is kept. What carries
    them by its nature, as headers do, is best left out. Nothing happens where no operation is recorded.
    """
    under_way = current.get()
    if under_way is None or active.get() is not None:
        return _NOBODY
    hidden = tuple(hide)
    step = Step(kind=StepKind.SENT, name=to, payload=without(plain(payload), hidden))
    return Sent(under_way, under_way.add(step), hidden)


def is_tried() -> bool:
    """Tell whether an operation is run again from a recording: then nothing may be asked of anybody outside."""
    return trial.get() is not None


def recorded_answer(to: str) -> Step | None:
    """Return what was sent to somebody when the operation was recorded, with its answer: the next one of this name.

    None where nothing more was sent: then the operation sends something else than it did. A shadow ends there, by an
    exception that is no ``Exception``.
    """
    tried = trial.get()
    return None if tried is None else tried.answer(to)


def noted(name: str, **facts: object) -> None:
    """Tell that an operation came by here, for laws that ask for it: ``noted("balance_checked", credits=5)``."""
    add(StepKind.NOTED, name, lambda: plain(facts))


def is_recorded() -> bool:
    """Tell whether an operation is recorded now."""
    return current.get() is not None
