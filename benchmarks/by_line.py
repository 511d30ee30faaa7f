"""What it costs that lines of legacy code are seen; on Python 3.12 or later, with the standard library alone.

Run it by its path with that Python: the service itself need not run there. The environment variable ``ROUNDS`` takes
more or fewer rounds.
"""

import importlib.util
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from pathlib import Path
from timeit import timeit
from typing import Any, Final

ROUNDS: Final = int(os.environ.get("ROUNDS", "101"))
CALLS: Final = 2_000
LINES: Final = 9
_BODY: Final = "\n".join(f"    a = a + {number}" for number in range(LINES - 1))
_TEXT: Final = f"def price(a):\n{_BODY}\n    return a\n"
_MONITORING: Final = Path(__file__).parents[1] / "migration_harness/tombstones/monitoring.py"

guard: ContextVar[Any] = ContextVar("guard", default=None)
own: ContextVar[bool] = ContextVar("own", default=False)
work: ContextVar[Any] = ContextVar("work", default=None)


def is_answer() -> bool:
    """Ask three variables, as the harness does."""
    return guard.get() is None and not own.get() and work.get() is None


def main() -> None:
    """Print nanoseconds of a call of nine lines: medians of rounds in turns, before and while lines are seen."""
    calls = {name: _function(f"/shop/{name}/price.py") for name in ("other", "legacy", "shadow")}
    before = _measured(calls)
    lines = _monitoring().Lines(
        sys.monitoring,  # type: ignore[attr-defined]  Of Python 3.12 and later.
        is_legacy=lambda path: path.startswith(("/shop/legacy/", "/shop/shadow/")),
        is_answer=is_answer,
        clock=time.monotonic_ns,
        on_first=lambda: None,
        lose=lambda: sys.exit("A line could not be noted."),
    )
    lines.begin()
    calls["legacy"](1)
    if len(lines.executed()) != LINES:
        sys.exit(f"{len(lines.executed())} lines were seen, and {LINES} ran: these figures would say nothing.")
    seen = _measured(calls)
    print(f"Python {sys.version.split()[0]}, a call of {LINES} lines, {ROUNDS} rounds of {CALLS:,} calls, ns")
    for name, words in (("other", "other code"), ("legacy", "legacy, seen for an answer"), ("shadow", "in shadow")):
        print(f"{words:<28}{before[name]:>9.1f} before {seen[name]:>9.1f} while lines are seen")


def _measured(calls: Mapping[str, Callable[[int], int]]) -> dict[str, float]:
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            token = guard.set("shadow" if name == "shadow" else None)
            found[name].append(timeit(lambda call=call: call(1), number=CALLS) / CALLS * 1e9)  # type: ignore[misc]
            guard.reset(token)
    return {name: statistics.median(each) for name, each in found.items()}


def _function(file: str) -> Callable[[int], int]:
    space: dict[str, Any] = {}
    exec(compile(_TEXT, file, "exec"), space)
    price: Callable[[int], int] = space["price"]
    return price


def _monitoring() -> Any:
    spec = importlib.util.spec_from_file_location("monitoring", _MONITORING)
    if spec is None or spec.loader is None:
        sys.exit(f"{_MONITORING} is not there.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
