"""Locks on files. The kernel releases them when their process ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from igny8_core.embedded.errors import Busy

_POLL_SECONDS = 0.05


class FileLock:
    """One process's hold on a file: shared with others of its kind, or exclusive."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.held = False

    def take(self, *, shared: bool = False) -> bool:
        """Try to take the lock, or to change the kind that is held, and say whether it worked.

        A change that fails gives up the kind that was held.
        """
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self.held = False
        else:
            self.held = True
        return self.held

    def write(self, text: str) -> None:
        """Leave a note for those who do not get the lock."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def note(self) -> str:
        """Return what the holder wrote."""
        return os.pread(self._descriptor, 1000, 0).decode()

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self.held = False


@contextmanager
def exclusively(path: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the exclusive lock on ``path``. Raises Busy when it is not free within ``wait_seconds``."""
    lock = FileLock(path)
    deadline = time.monotonic() + wait_seconds
    try:
        while not lock.take():
            if time.monotonic() > deadline:
                raise Busy(
                    f"Another command has held {path} for more than {wait_seconds:.0f} seconds. "
                    "Wait for it or end it, then try again."
                )
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        lock.release()
