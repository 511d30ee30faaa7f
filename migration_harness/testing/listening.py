"""Hears of every comparison of this process, matches included; calls of deferred seams are compared at once.

Note [Nothing trips]: while a test listens no breaker opens. It would have the tests after it compare nothing.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.registry import seams
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison
from migration_harness.log.recorder import Buffer
from migration_harness.log.waiting import WaitingCall
from migration_harness.passing import passes
from migration_harness.seams import proving, seam
from migration_harness.seams.declaring import Declared
from migration_harness.seams.deferred import accepting, working
from migration_harness.seams.deferred.claiming import Claimed
from migration_harness.seams.deferred.reading import NotReadable
from migration_harness.testing.compared import Compared, shown
from migration_harness.testing.replacing import Replaced

Hearing = Callable[[Compared], None]

_hearing: list[Hearing] = []
_sides: deque[tuple[Comparison, tuple[Any, Any]]] = deque(maxlen=1_000)
"""What both sides did, until their comparison is heard of."""


@contextmanager
def comparisons() -> Iterator[list[Compared]]:
    """Yield what is compared meanwhile, in order."""
    found: list[Compared] = []
    hear(found.append)
    try:
        yield found
    finally:
        hear_no_more(found.append)


def hear(hearing: Hearing) -> None:
    """Have ``hearing`` called for each comparison, in the thread that made it. It must not raise."""
    _hearing.append(hearing)
    _listening.want()


def hear_no_more(hearing: Hearing) -> None:
    """Call it no more."""
    _hearing.remove(hearing)
    _listening.leave()


def judged_now(found: seam.Seam[..., Any], args: Any, call: Any) -> Compared:
    """Compare a call that nobody makes."""
    _listening.want()
    try:
        comparison = found.compare(*args, **call)
    finally:
        _listening.leave()
    return _compared(comparison)


def _tell(compared: Compared) -> None:
    for hearing in tuple(_hearing):
        hearing(compared)


def _tell_of(comparison: Comparison) -> None:
    _tell(_compared(comparison))


def _compared(comparison: Comparison) -> Compared:
    # By its identity: what is equal may be another call.
    return Compared.of(comparison, next((sides for known, sides in _sides if known is comparison), None))


def _judging(judged: Callable[..., Comparison]) -> Callable[..., Comparison]:
    """Keep what both sides did until their comparison is heard of; of one that nobody made, nobody hears."""

    def judge(*args: Any, **kwargs: Any) -> Comparison:
        comparison = judged(*args, **kwargs)
        control, candidate = args[4], args[5]
        _sides.append((comparison, (shown(control), shown(candidate))))
        return comparison

    return judge


def _matching(records_match: Callable[..., bool]) -> Callable[..., bool]:
    def match(*args: Any) -> bool:
        matched = records_match(*args)
        if matched:
            found, subject, _, control, candidate, positional, named = args
            _tell(
                Compared(
                    seam=found.name,
                    verdict=Verdict.MATCH,
                    account_id="" if subject is None else str(subject),
                    call={name: shown((value, None, 0, None)) for name, value in _named(found, positional, named)},
                    control=shown(control),
                    candidate=shown(candidate),
                )
            )
        return matched

    return match


def _named(found: Declared[Any, Any], args: Any, kwargs: Any) -> Any:
    return (found.binding.named(args, kwargs) if args else kwargs).items()


def _adding(add: Callable[..., None]) -> Callable[..., None]:
    def tell_and_add(buffer: Buffer, comparison: Comparison) -> None:
        _tell_of(comparison)
        add(buffer, comparison)

    return tell_and_add


def _proving(evidence_of: Callable[..., Any]) -> Callable[..., Any]:
    def tell_and_prove(comparison: Comparison) -> Any:
        _tell_of(comparison)
        return evidence_of(comparison)

    return tell_and_prove


def _deferring(_: Callable[..., None]) -> Callable[..., None]:
    def compare_at_once(buffer: Buffer, call: WaitingCall) -> None:
        """Do what a worker would, on what it would read."""
        found = seams.get(call.seam)
        # A worker, too, finds it by its name.
        if not isinstance(found, Declared):
            return
        try:
            comparison = working.judge(found, _claimed(call))[0]
        except BaseException as error:
            if passes(error):
                raise
            _tell(_not_compared(call, error))
            return
        buffer.add(comparison)

    return compare_at_once


def _claimed(call: WaitingCall) -> Claimed:
    told = call._asdict()
    return Claimed(id=0, tries=1, claim=UUID(int=0), **{name: told[name] for name in Claimed._fields if name in told})


def _not_compared(call: WaitingCall, error: BaseException) -> Compared:
    why = f"cannot be compared later: {str(error) if isinstance(error, NotReadable) else type(error).__name__}"
    return Compared(seam=call.seam, verdict=Verdict.BLOCKED, call={}, control=None, candidate=None, explanation=why)


def _minding(_: Callable[..., None]) -> Callable[..., None]:
    def trip_nothing(*_: Any) -> None:
        """Note [Nothing trips]."""

    return trip_nothing


_listening: Final = Replaced(
    (seam, "judged", _judging),
    (proving, "judged", _judging),
    (working, "judged", _judging),
    (seam, "records_match", _matching),
    (recorder, "evidence_of", _proving),
    (Buffer, "add", _adding),
    (Buffer, "defer", _deferring),
    (seam, "mind_breaker", _minding),
    (accepting, "mind_breaker", _minding),
)
