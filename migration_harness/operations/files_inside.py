"""Files of a run that is undone: written to memory, read from there, and else from the storage where it may be."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from django.core.files.base import File
from django.core.files.storage import InMemoryStorage, Storage

from migration_harness.operations.under_way import trial

T = TypeVar("T")


class Inside(InMemoryStorage):
    """Stands in for a storage. Names are chosen by the storage's own rule, so that one file over another shows.

    ``real`` is read where nothing was written here; None: it has no file for this run. ``absent``: names that the run
    has to find free, whatever the storage holds by now.
    """

    def __init__(self, real: Storage, *, reads: bool, absent: Collection[str] = ()) -> None:
        super().__init__()
        self._real = real
        self._reads = reads
        self._gone = set(absent)

    def exists(self, name: str) -> bool:
        """Tell whether the run finds such a file."""
        return super().exists(name) or (self._falls_through(name) and _past_the_run(self._real.exists, name))

    def size(self, name: str) -> int:
        """Return the length in bytes."""
        return _past_the_run(self._real.size, name) if self._is_theirs(name) else super().size(name)

    def delete(self, name: str) -> None:
        """Have the run find it no more."""
        self._gone.add(name)
        if super().exists(name):
            super().delete(name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return a name by the rule of the storage that this stands in for."""
        return type(self._real).get_available_name(self, name, max_length)

    def _save(self, name: str, content: "File[Any]") -> str:
        self._gone.discard(name)
        return str(super()._save(name, content))  # type: ignore[misc]

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        source: Any = self._real if self._is_theirs(name) else super()
        return source._open(name, mode)  # type: ignore[no-any-return]  # noqa: SLF001  As Storage.open does it.

    def _falls_through(self, name: str) -> bool:
        return self._reads and name not in self._gone

    def _is_theirs(self, name: str) -> bool:
        return self._falls_through(name) and not super().exists(name)


class FilesInside:
    """The files of one run, whichever storages it uses."""

    def __init__(self, *, reads: bool, absent: Collection[str] = ()) -> None:
        self._reads, self._absent = reads, frozenset(absent)
        self._of: dict[int, Inside] = {}

    def of(self, storage: Storage) -> Inside:
        """Return what stands in for a storage."""
        if isinstance(storage, Inside):
            return storage
        return self._of.setdefault(id(storage), Inside(storage, reads=self._reads, absent=self._absent))


def _past_the_run(ask: Callable[..., T], *args: Any) -> T:
    """Ask the storage itself, which would answer with what stands in for it."""
    token = trial.set(None)
    try:
        return ask(*args)
    finally:
        trial.reset(token)
