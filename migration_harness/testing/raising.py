"""Differences that fail the test that made them.

Note [Never half done]: a difference is raised after the caller has its answer and before it goes on: where the seam was
called in a transaction or in a charge, when that is over. What a test's own transaction is over with is the test.
Whatever somebody caught on the way is raised again at the end of the test.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from migration_harness.comparing.comparator import UNEXPLAINED, Verdict
from migration_harness.database import in_transaction
from migration_harness.database.transaction import Block
from migration_harness.seams import charge as charges
from migration_harness.seams.charge import Charge
from migration_harness.seams.seam import Seam
from migration_harness.testing import listening
from migration_harness.testing.compared import Compared
from migration_harness.testing.decorating import AnyTest
from migration_harness.testing.replacing import Replaced

# ``__tracebackhide__``: pytest shows the line that called the seam, and none of these.
_MOST_SHOWN: Final = 10


class SidesDiffer(AssertionError):
    """Both sides of a seam ran, and nothing explains what they came to.

    Attributes:
        compared: Each of them.
    """

    def __init__(self, compared: Sequence[Compared]) -> None:
        self.compared = tuple(compared)
        more = len(compared) - _MOST_SHOWN
        shown = [str(each) for each in compared[:_MOST_SHOWN]]
        super().__init__("\n".join([*shown, *([f"and {more} more"] if more > 0 else [])]))


class Watch:
    """What differed since somebody began to watch."""

    def __init__(self, verdicts: Collection[Verdict], *, raises: bool = True) -> None:
        self.found: list[Compared] = []
        self._waiting: list[Compared] = []
        self._verdicts = frozenset(verdicts)
        self._raises = raises

    def hear(self, compared: Compared) -> None:
        """Keep what differs; only the innermost of those who watch does so."""
        if _watching[-1:] == [self] and compared.verdict in self._verdicts:
            self.found.append(compared)
            if self._raises:
                self._waiting.append(compared)

    def begin(self) -> None:
        """Watch from now on."""
        _watching.append(self)
        listening.hear(self.hear)
        _raising.want()

    def end(self) -> None:
        """Watch no more."""
        _watching.remove(self)
        listening.hear_no_more(self.hear)
        _raising.leave()

    def raise_waiting(self) -> None:
        """Raise what was not raised yet."""
        __tracebackhide__ = True
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            raise SidesDiffer(waiting)

    def raise_all(self) -> None:
        """Raise whatever has differed, also what somebody caught."""
        __tracebackhide__ = True
        if self.found:
            raise SidesDiffer(self.found)


class raise_on_mismatch(AnyTest):  # noqa: N801  Reads as Django's override_settings does.
    """Have what differs raise SidesDiffer, an AssertionError, in the test that made the call: with, or over tests.

    Every verdict raises that somebody would have to review; ``explained=True`` has it raised too where an explanation
    covers the difference, and ``allowed`` names verdicts that are let pass. Note [Never half done].
    """

    def __init__(self, *, explained: bool = False, allowed: Collection[Verdict | str] = ()) -> None:
        super().__init__()
        passing = {Verdict(each) for each in allowed}
        self._verdicts = UNEXPLAINED.union([Verdict.INTENDED] if explained else []) - passing
        self._watches: list[Watch] = []

    def enable(self) -> Watch:
        """Watch from now on."""
        watch = Watch(self._verdicts)
        watch.begin()
        self._watches.append(watch)
        return watch

    def disable(self) -> None:
        """Watch no more, and raise nothing."""
        self._watches.pop().end()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Watch no more, and raise what differed, where nothing else was raised."""
        watch = self._watches[-1]
        self.disable()
        if kind is None:
            watch.raise_all()

    def decorate_class(self, cls: Any) -> Any:
        """Hold in each test: what differs has to fail the test itself, not what is done after it."""
        self.decorate_methods(cls)
        return cls


@contextmanager
def expect_mismatch() -> Iterator[list[Compared]]:
    """Let differences pass that a test knows of, and yield them; raises AssertionError where there were none."""
    watch = Watch({*UNEXPLAINED, Verdict.INTENDED}, raises=False)
    watch.begin()
    try:
        yield watch.found
    finally:
        watch.end()
    if not watch.found:
        raise AssertionError("Nothing that was compared here differed.")


_watching: list[Watch] = []
_answering: ContextVar[bool] = ContextVar("harness_test_answering", default=False)
"""Whether a seam is being called: nothing is raised into what it does."""


def _raise_due() -> None:
    __tracebackhide__ = True
    if _watching and not _answering.get() and charges.current.get() is None and not in_transaction():
        _watching[-1].raise_waiting()


def _comparing(perhaps_compared: Callable[..., Any]) -> Callable[..., Any]:
    def compare(*args: Any) -> Any:
        __tracebackhide__ = True
        token = _answering.set(True)
        try:
            answer = perhaps_compared(*args)
        finally:
            _answering.reset(token)
        _raise_due()
        return answer

    return compare


def _telling(tell: Callable[[Charge], None]) -> Callable[[Charge], None]:
    def tell_and_raise(charge: Charge) -> None:
        __tracebackhide__ = True
        tell(charge)
        if charge.settles:
            _raise_due()

    return tell_and_raise


def _leaving(leave: Callable[..., None]) -> Callable[..., None]:
    def leave_and_raise(block: Any, kind: Any, *about: Any) -> None:
        __tracebackhide__ = True
        leave(block, kind, *about)
        if kind is None:
            _raise_due()

    return leave_and_raise


_raising: Final = Replaced(
    (Seam, "perhaps_compared", _comparing),
    (Charge, "tell", _telling),
    (Block, "__exit__", _leaving),
)
