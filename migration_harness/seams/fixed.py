"""Flags as somebody wants them, without the database: in tests, and where an operation is run again elsewhere."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from migration_harness.deciding import source
from migration_harness.deciding.snapshot import FlagState, Snapshot


class FixedSnapshot(Snapshot):
    """A snapshot that a charge does not compare with the database."""

    def to_confirm(self, names: Iterable[str]) -> set[str]:  # noqa: ARG002  The snapshot's signature.
        """Return no flag."""
        return set()


class FixedSource:
    """Answers with one snapshot, for ever."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def newest(self) -> Snapshot:
        """Return the snapshot."""
        return self.snapshot

    def stop(self) -> None:
        """Nothing to do: nothing is held."""


@contextmanager
def decided_by(flags: Iterable[FlagState], *, epoch: int) -> Iterator[Snapshot]:
    """Decide by these flags in this process, whatever the database says; inside a charge too."""
    before = source._source  # noqa: SLF001
    snapshot = FixedSnapshot(epoch=epoch, flags={flag.name: flag for flag in flags})
    source._source = FixedSource(snapshot)  # noqa: SLF001
    try:
        yield snapshot
    finally:
        source._source = before  # noqa: SLF001
