"""Where a backup's file goes: it is there whole, or not at all, and nobody else may read it.

Note [Killed while writing]: the lines go into a file beside it, whose name ends with ``.partial``, locked as long as
its writer lives. It gets its name when all of it is on the disk. What a killed writer left has no lock any more, so the
next one finds it, removes it, and says so.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from migration_harness.exceptions import BackupThere, Unwritable


def left_behind(path: Path) -> list[Path]:
    """Remove what killed writers of this file have left, and return it."""
    removed = []
    for partial in sorted(path.parent.glob(f".{path.name}.*.partial")):
        with suppress(OSError), partial.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            partial.unlink()
            removed.append(partial)
    return removed


@contextmanager
def whole_or_not(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that appears as ``path`` when the block ends well. Raises BackupThere, Unwritable."""
    refuse_there(path)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(6)}.partial")
    try:
        with _opened(partial) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
            file.flush()
            os.fsync(file.fileno())
            # A link refuses where somebody else took the name meanwhile; a rename would overwrite theirs.
            os.link(partial, path)
            partial.unlink()
        _remember(path.parent)
    except FileExistsError:
        raise BackupThere(_there(path)) from None
    except OSError as error:
        raise Unwritable(f"{path}: {error.strerror}. Name a file that can be written.") from None
    finally:
        with suppress(OSError):
            partial.unlink()


def refuse_there(path: Path) -> None:
    """Raise BackupThere where there is something of this name."""
    if path.exists() or path.is_symlink():
        raise BackupThere(_there(path))


def _there(path: Path) -> str:
    return f"{path} is there already, and nothing was written. Name another file; verify tells what this one is."


def _opened(partial: Path) -> IO[bytes]:
    return os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _remember(folder: Path) -> None:
    """Have the name on the disk as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
