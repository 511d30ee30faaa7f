"""Flags as a test wants them, whatever the database says."""

from collections.abc import Mapping
from dataclasses import dataclass

from migration_harness.deciding import unit_of_work
from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.deciding.stages import Stage, stage_named
from migration_harness.deciding.unit_of_work import UnitOfWork
from migration_harness.testing.decorating import AnyTest
from migration_harness.testing.layered import Layer, LayeredSource, lay, lift
from migration_harness.testing.states import flag_at


class flags_at(AnyTest):  # noqa: N801  Reads as Django's override_settings does.
    """Decide by these flags in this process, every other one as before: with, or over a test or a class of tests.

    ``flags_at(rebates="live")`` gives everybody the stage ``live``; ``flags_at({"new-prices": flag_state(…)})`` says
    more of a flag. Inside another one the inner one wins, and the outer one is back after it. It holds in threads, in
    units of work that have begun, and in a charge, which asks the database only for the flags that no test names.

    Where a test may not ask a database, flags that nobody named are ``off``. Raises UnknownStage.
    """

    def __init__(self, flags: Mapping[str, Stage | str | FlagState] | None = None, /, **more: Stage | str) -> None:
        super().__init__()
        self._layer: Layer = {name: _state(name, said) for name, said in {**(flags or {}), **more}.items()}
        self._entered: list[_Entered] = []

    def enable(self) -> Snapshot:
        """Lay them over what was; returns the snapshot by which is decided now."""
        # An object of its own for each time: one that decorates a function which calls itself is laid twice.
        layer = dict(self._layer)
        work = unit_of_work.current.get()
        held = lay(layer)
        self._entered.append(_Entered(held, layer, work, None if work is None else work.pinned))
        if work is not None:
            work.pinned = None
        return held.newest()

    def disable(self) -> None:
        """Take them away again."""
        entered = self._entered.pop()
        lift(entered.layer, entered.held)
        if entered.work is not None:
            entered.work.pinned = entered.pinned


def fixed_flags(*flags: FlagState) -> flags_at:
    """Decide by these flags, every other one as before: ``flags_at`` for states that are made already."""
    return flags_at({flag.name: flag for flag in flags})


@dataclass(frozen=True, slots=True)
class _Entered:
    held: LayeredSource
    layer: Layer
    work: UnitOfWork | None
    pinned: Snapshot | None


def _state(name: str, said: Stage | str | FlagState) -> FlagState:
    return said if isinstance(said, FlagState) else flag_at(name, stage_named(said))
