"""``make test``: the suite in two halves, the second one whatever became of the first, and lines that sum up both.

Each half ends with its ten slowest tests; the last lines say how many seconds each half took.

Note [Once more, alone]: a few tests that failed beside others are run once more with nothing beside them. One that
passes there is told at the end by name, and does not fail the run: it waits for something in a wrong way, and wants to
be mended, but says nothing about the change at hand. A fault of the code fails twice. The reports keep the failure,
and with them the gate ``tests`` does.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from xml.etree import ElementTree as ET

WORKERS: Final = str((os.cpu_count() or 1) + 1)
"""One more than cores: a worker waits for its server a good part of the time."""
PAIR: Final = str(min(os.cpu_count() or 1, 2))
"""Of those that want the machine, one charges while another one waits for a lease."""
_BY_FILE: Final = ("--dist", "loadfile", "--no-loadscope-reorder")
"""In the order of conftest.py."""
HALVES: Final = (
    ("--numprocesses", WORKERS, *_BY_FILE, "-m", "not alone"),
    # These come last, and nothing else beside them: their processes have a lease to renew.
    ("tests/race", "--numprocesses", PAIR, *_BY_FILE, "-m", "alone"),
)
SLOWEST: Final = ("--durations=10", "--durations-min=1")
AGAIN: Final = 3
"""How many failed tests are run once more; where more than these fail, something is wrong."""


def run(halves: Sequence[Sequence[str]] = HALVES, *, junit: str = "") -> int:
    """Give each half to pytest and print what all of them came to; returns 0 where every one passed, else 1.

    Their JUnit reports stay in the folder ``junit``, where one is named. Note [Once more, alone].
    """
    sums, codes, seconds = Counter[str](), [], []
    with TemporaryDirectory() if not junit else nullcontext(junit) as folder, TemporaryDirectory() as kept:
        for number, arguments in enumerate(halves):
            report, begun = Path(folder) / f"{number}.xml", time.monotonic()
            codes.append(_pytest(kept, *arguments, *SLOWEST, f"--junit-xml={report}"))
            seconds.append(round(time.monotonic() - begun))
            sums += _results(report)
        failed = _failed(Path(kept))
        only_beside = (
            # Of another end than failed tests, as of one that was broken off, nothing is known.
            set(codes) <= {0, 1}
            and 0 < len(failed) == sums["failed"] <= AGAIN
            and _pytest(kept, "--last-failed", "--last-failed-no-failures=none") == 0
        )
    print(f"== {' + '.join(f'{each:,}' for each in seconds)} = {sum(seconds):,} seconds")  # noqa: T201
    if only_beside:
        print(f"== failed beside others and passed alone, to be mended: {', '.join(failed)}")  # noqa: T201
    line = ", ".join(f"{sums[name]:,} {name}" for name in ("passed", "failed", "skipped"))
    # A half may fail without a failed test: where it was broken off, or found none.
    print(f"== {line} in both halves, which ended with the exit codes {' and '.join(map(str, codes))}")  # noqa: T201
    return int(any(codes) and not only_beside)


def _pytest(kept: str, *arguments: str) -> int:
    """Run pytest, which remembers in the folder ``kept`` what failed; returns its exit code."""
    # Without their bytecode, each of some hundred processes compiles what it imports anew.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "pytest", "-o", f"cache_dir={kept}", *arguments]
    return subprocess.call(command, env=environment)


def _failed(kept: Path) -> list[str]:
    """Return the failed tests that pytest remembers, by their ids."""
    remembered = kept / "v" / "cache" / "lastfailed"
    return list(json.loads(remembered.read_text())) if remembered.exists() else []


def _results(report: Path) -> Counter[str]:
    """Count the tests of a report of pytest's; nothing where it was broken off before it wrote one."""
    counts: Counter[str] = Counter()
    if not report.exists():
        return counts
    for suite in ET.parse(report).iter("testsuite"):  # noqa: S314  Our own.
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        counts += Counter(failed=failed, skipped=skipped, passed=int(suite.get("tests", 0)) - failed - skipped)
    return counts


def _junit_of(arguments: Sequence[str]) -> str:
    match list(arguments):
        case []:
            return ""
        case ["--junit", folder]:
            return folder
    sys.exit("usage: python -m tests.halves [--junit FOLDER]")


if __name__ == "__main__":
    try:
        sys.exit(run(junit=_junit_of(sys.argv[1:])))
    except KeyboardInterrupt:
        sys.exit(130)
