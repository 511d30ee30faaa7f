"""Seconds from Enter until `harness rollback` has printed its proof and ended, as a person waits for it."""

# @legacy file

import os
import subprocess
import sys
from statistics import median
from time import perf_counter

from benchmarks.timing import Figure

FLAG = "model-based-credits"
ROUNDS = 7
COMMAND = (sys.executable, "manage.py", "harness", "rollback", FLAG, "--reason", "to be measured")


def figures() -> dict[str, Figure]:
    """Return the seconds, after a first time that reads everything from the disk and keeps what Python compiles."""
    _seconds()
    samples = [_seconds() for _ in range(ROUNDS)]
    return {"rollback from the prompt": Figure(median=median(samples), best=min(samples), unit="s")}


def _seconds() -> float:
    # Compiled code is kept, as wherever the service is installed.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = perf_counter()
    told = subprocess.run(COMMAND, env=environment, check=True, capture_output=True, text=True).stdout
    taken = perf_counter() - start
    if "epoch" not in told:
        raise RuntimeError(f"The rollback printed no proof: {told}")
    return taken
