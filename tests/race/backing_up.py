"""A verb of ``harness legacy`` that is killed in the middle; its arguments are VERB, FILE and POINT."""

import os
import signal
import sys
from functools import wraps

import django

django.setup()

from migration_harness.authority.actors import HARNESS  # noqa: E402  After the set-up.
from migration_harness.backup import making, place, restoring, returning, verifying, writing  # noqa: E402
from migration_harness.backup.restoring import Wanted  # noqa: E402
from migration_harness.rollout import bringing_back  # noqa: E402

POINTS = {
    "with half a file": (writing.Writer, "part", "after"),
    "before its name": (place.os, "link", "before"),
    "after its name": (place.os, "link", "after"),
    "with a scratch database": (verifying, "restore_all", "after"),
    "before its record": (verifying, "_record", "before"),
    "with half of it back": (restoring, "bring_back", "after"),
    "before its commit": (restoring, "_record", "after"),
    "before the flags": (bringing_back, "to_baseline", "before"),
    "before a flag is on the lists": (returning, "_as_then", "before"),
    "before the phases": (bringing_back, "_to_reopen", "before"),
    "with one phase of two open": (bringing_back, "reopen", "after"),
}
"""Where it is killed: a function, and whether before or after it has run."""


def die_at(owner, name, when):
    original = getattr(owner, name)

    @wraps(original)
    def dying(*args, **kwargs):
        if when == "after":
            made = original(*args, **kwargs)
            list(made if isinstance(made, list) or hasattr(made, "__next__") else ())
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, dying)


def main() -> None:
    verb, file, point = sys.argv[1:4]
    path = place.Path(file)
    die_at(*POINTS[point])
    match verb:
        case "backup":
            making.make(path=path, actor=HARNESS)
        case "verify":
            verifying.verify(path=path, actor=HARNESS)
        case "restore":
            restoring.restore(path=path, actor=HARNESS, wanted=Wanted(write=True))
            bringing_back.bring_back(stages=returning.stages_of(path), actor=HARNESS, reason="")
    print("was not killed")  # noqa: T201
