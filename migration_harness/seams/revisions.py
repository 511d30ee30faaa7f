"""What a seam's comparisons are evidence for: a digest of all that its candidate runs on, recorded with each of them.

Two comparisons of one revision were made by the same code and judged by the same rules; with another revision a new
evidence window begins. What counts is in :mod:`migration_harness.seams.parts`. A seam gets its revision at its first
comparison in a process. The code is read when the process starts, of the files that it imports, and what was read
comes along into forked children.
"""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TypeGuard

from migration_harness.deciding.registry import AnySeam, seams
from migration_harness.seams import parts
from migration_harness.seams.parts import Compared, Parts

run_time_parts: list[Callable[[str], str]] = []
"""What else a revision depends on and may change while a process runs: functions of the seam's name. Whoever adds one
calls ``refresh`` when it answers something else."""

listeners: list[Callable[[str, str, Parts], None]] = []
"""Called with seam, revision and its parts when a seam gets a revision that its comparisons will have. On the way of a
call: who wants to keep it does so later."""


def parts_of(seam: Compared) -> Parts:
    """Return what the revision of a seam is made of now: a digest or a version for each thing, by its name."""
    return parts.parts_of(seam, {f"rule {number}": part(seam.name) for number, part in enumerate(run_time_parts)})


def revision_of(seam: Compared) -> str:
    """Return the revision of a seam as it is now: twelve hex digits."""
    return digest(parts_of(seam))


def digest(made: Parts) -> str:
    """Return the revision that is made of these parts."""
    return sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:12]


def revise(seam: Compared) -> str:
    """Give a seam its revision, and return it.

    Asked again until it is the same: another thread may refresh between the asking and the giving.
    """
    while True:
        made = parts_of(seam)
        seam.revision = digest(made)
        if seam.revision == revision_of(seam):
            for listener in listeners:
                listener(seam.name, seam.revision, made)
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
        if compares(seam):
            parts_of(seam)


def compares(seam: AnySeam) -> TypeGuard[Compared]:
    """Tell whether a seam compares: a write seam does not."""
    return hasattr(seam, "criteria")
