"""Flags that a test has laid over those of the database: the layer on top wins, every other flag is left alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from migration_harness.deciding import source
from migration_harness.deciding.snapshot import AllDecisions, Decisions, FlagDecisions, FlagState, Snapshot

Layer = Mapping[str, FlagState]
_NOTHING: Final = Snapshot(epoch=0, flags={})
"""Where no database may be asked: every flag that no layer names has the baseline of one that nobody has created."""


class LayeredSnapshot(Snapshot):
    """Layers over a snapshot, which is asked only for what they do not name."""

    __slots__ = ("_under", "laid")

    def __init__(self, laid: Layer, under: Callable[[], Snapshot]) -> None:
        super().__init__(epoch=max((flag.epoch for flag in laid.values()), default=0), flags={})
        self.laid = laid
        self._under = under
        self.flags = _LayeredFlags(laid, under)
        self.decisions = _LayeredDecisions(self, under)

    def to_confirm(self, names: Iterable[str]) -> set[str]:
        """Return those that no layer names: of the others the database knows nothing."""
        return self.with_required(names) - self.laid.keys()

    def succeeded_by(self, newer: Snapshot) -> Snapshot:
        """Return the same layers over what the database says by now."""
        return LayeredSnapshot(self.laid, lambda: newer)


class _LayeredFlags(Mapping[str, FlagState]):
    def __init__(self, laid: Layer, under: Callable[[], Snapshot]) -> None:
        self._laid, self._under = laid, under

    def __getitem__(self, name: str) -> FlagState:
        return self._laid[name] if name in self._laid else self._under().flags[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._under().flags, **self._laid})

    def __len__(self) -> int:
        return len(self._under().flags.keys() | self._laid.keys())


class _LayeredDecisions(AllDecisions):
    def __init__(self, snapshot: LayeredSnapshot, under: Callable[[], Snapshot]) -> None:
        super().__init__()
        self._snapshot, self._under = snapshot, under

    def __missing__(self, name: str) -> Decisions:
        """Return a flag's decisions; those that rest on the database are asked for each time, as it may change."""
        snapshot, laid = self._snapshot, self._snapshot.laid
        if name not in laid:
            under = self._under()
            # What is under knows nothing of the layers, which may name a flag that this one requires.
            if laid.keys().isdisjoint(under.with_required([name])):
                return under.decisions[name]
            return FlagDecisions(snapshot, under.flags[name])
        decisions = FlagDecisions(snapshot, laid[name])
        if snapshot.with_required([name]) <= laid.keys():
            self[name] = decisions
        return decisions


class LayeredSource:
    """Decides by the layers of the tests that are running, over the source that was there before."""

    def __init__(self, under: source.Source) -> None:
        self.under = under
        self._layers: list[Layer] = []
        self._snapshot = LayeredSnapshot({}, self._asked)

    def newest(self) -> Snapshot:
        """Return the layers over the newest snapshot."""
        return self._snapshot

    def stop(self) -> None:
        """Give back what the source underneath holds."""
        self.under.stop()

    def lay(self, layer: Layer) -> None:
        """Lay a layer on top."""
        self._layers = [*self._layers, layer]
        self._laid_anew()

    def lift(self, layer: Layer) -> bool:
        """Take a layer away, wherever it lies; tell whether any is left."""
        self._layers = [each for each in self._layers if each is not layer]
        self._laid_anew()
        return bool(self._layers)

    def _laid_anew(self) -> None:
        laid: dict[str, FlagState] = {}
        for layer in self._layers:
            laid.update(layer)
        self._snapshot = LayeredSnapshot(laid, self._asked)

    def _asked(self) -> Snapshot:
        try:
            return self.under.newest() or _NOTHING
        except Exception:  # noqa: BLE001  A test that may not ask a database, each kind of them says so by its own error.
            return _NOTHING


def lay(layer: Layer) -> LayeredSource:
    """Lay a layer over what this process decides by; returns what it has to be lifted from."""
    held = source.source()
    if not isinstance(held, LayeredSource):
        held = source._source = LayeredSource(held)  # noqa: SLF001
    held.lay(layer)
    return held


def lift(layer: Layer, held: LayeredSource) -> None:
    """Take a layer away; the last one leaves what was there before the first."""
    if not held.lift(layer) and source._source is held:  # noqa: SLF001
        source._source = held.under  # noqa: SLF001


def state_of(name: str) -> FlagState | None:
    """Return what a flag is now, None where there is none or nobody can be asked."""
    try:
        newest = source.source().newest()
    except Exception:  # noqa: BLE001  As above.
        return None
    return None if newest is None else newest.flags.get(name)
