"""At which epochs of the money flags every call was compared, by the flags as they are and by their trail."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import TABLE, Side, Stage
from migration_harness.models import AuditEvent, Flag
from migration_harness.trail.traces import epoch_of

_ALL_BPS: Final = 10_000
_DECIDING: Final = ("stage", "baseline", "compared_bps")


def compared(epochs: Collection[int]) -> list[tuple[int, str]]:
    """Return, of these epochs, each with the side that answered, those at which every charge was compared.

    An epoch that the trail does not tell of is left out: nothing is known of it.
    """
    return [pair for flag in Flag.objects.filter(name__in=seams.money_flags) for pair in _of(flag, set(epochs))]


def _of(flag: Flag, wanted: set[int]) -> Iterator[tuple[int, str]]:
    for epoch, state in _history(flag, oldest=min(wanted, default=flag.epoch)):
        if epoch not in wanted or state.get("compared_bps") != _ALL_BPS:
            continue
        for side, stage in ((Side.CANDIDATE, state.get("stage")), (Side.CONTROL, state.get("baseline"))):
            if stage is not None and TABLE[Stage(stage)].compared:
                yield epoch, side.value


def _history(flag: Flag, *, oldest: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the flag's epochs with what decided at each, from now back to ``oldest``, or as far as the trail fits."""
    state: dict[str, Any] = {name: getattr(flag, name) for name in _DECIDING}
    yield flag.epoch, state
    if flag.epoch <= oldest:
        return
    is_newest = True
    for event in AuditEvent.objects.filter(subject=flag.name).order_by("-id").iterator(chunk_size=100):
        epoch = epoch_of(event)
        if not epoch:
            continue
        if (is_newest and epoch != flag.epoch) or not _tells(event, state):
            return
        if not is_newest:
            yield epoch, state
        if epoch <= oldest:
            return
        state = state | {name: event.before.get(name) for name in state.keys() & event.before.keys()}
        is_newest = False


def _tells(event: AuditEvent, state: dict[str, Any]) -> bool:
    return all(event.after.get(name, kept) == kept for name, kept in state.items())
