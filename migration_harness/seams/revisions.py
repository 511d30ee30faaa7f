"""What a seam's comparisons are evidence for: a digest of candidate and explanations, recorded with each of them.

Two comparisons of one revision were made by the same code and judged by the same rules; with another revision a new
evidence window begins. A seam gets its revision at its first comparison in a process. The digest of the code is made
when the process starts, of the files that it imports, and comes along into forked children.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, TypeGuard

from django.conf import settings

from migration_harness.comparing.comparator import Criteria
from migration_harness.comparing.explanations import Explanation
from migration_harness.deciding.registry import AnySeam, seams


class Compared(Protocol):
    """What has a revision: a seam that compares."""

    name: str
    revision: str
    criteria: Criteria

    @property
    def candidate(self) -> Callable[..., Any]:
        """The new implementation."""


run_time_parts: list[Callable[[str], str]] = []
"""What else a revision depends on and may change while a process runs: functions of the seam's name. Whoever adds one
calls ``refresh`` when it answers something else."""


def revision_of(seam: Compared) -> str:
    """Return the revision of a seam as it is now: twelve hex digits."""
    explained = [_explanation_text(each) for each in seam.criteria.explanations]
    return _digest([_code_of(seam.candidate), *explained, *(part(seam.name) for part in run_time_parts)])


def revise(seam: Compared) -> str:
    """Give a seam its revision, and return it.

    Asked again until it is the same: another thread may refresh between the asking and the giving.
    """
    while True:
        seam.revision = revision_of(seam)
        if seam.revision == revision_of(seam):
            return seam.revision


def refresh() -> None:
    """Give every seam that has compared its revision anew; one that has not gets it when it does."""
    for seam in seams:
        if _has_compared(seam):
            revise(seam)


def _has_compared(seam: AnySeam) -> TypeGuard[Compared]:
    """Tell whether a seam has a revision; a write seam compares nothing and never has one."""
    return bool(getattr(seam, "revision", ""))


def prepare() -> None:
    """Read the code of every candidate now, while the files are those that this process imports."""
    for seam in seams:
        _code_of(seam.candidate)


def _code_of(candidate: Callable[..., Any]) -> str:
    """Return what the host calls its revision, else the digest of the candidate's top-level package."""
    if given := settings.HARNESS.get("REVISION"):
        return str(given)
    while isinstance(candidate, partial):
        candidate = candidate.func
    return _digest_of_package(str(getattr(candidate, "__module__", "")).partition(".")[0])


@cache
def _digest_of_package(name: str) -> str:
    found = sha256()
    for path, file in _source_files(name):
        content = file.read_bytes()
        found.update(f"{path} {len(content)}\n".encode() + content)
    return found.hexdigest()


def _source_files(name: str) -> Iterator[tuple[str, Path]]:
    """Yield the Python files of a package or module with their paths in it, in one order on every machine."""
    module = sys.modules.get(name)
    for folder in sorted(getattr(module, "__path__", ())):
        files = {file.relative_to(folder).as_posix(): file for file in Path(folder).rglob("*.py") if file.is_file()}
        yield from sorted(files.items())
    if not hasattr(module, "__path__") and (file := getattr(module, "__file__", None)):
        yield name, Path(file)


def _explanation_text(explanation: Explanation) -> str:
    return f"{type(explanation).__name__} {explanation.name!r} {explanation.version!r} {explanation.expires}"


def _digest(parts: list[str]) -> str:
    return sha256("\x1f".join(parts).encode()).hexdigest()[:12]
