"""``make test``: the suite in two halves, the second one whatever became of the first, and a line that sums up both."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from xml.etree import ElementTree as ET

HALVES: Final = (
    ("--numprocesses", "auto", "--dist", "loadfile", "--ignore", "tests/race"),
    # Races come last and one at a time: they want the machine for themselves.
    ("tests/race",),
)


def run(halves: Sequence[Sequence[str]] = HALVES) -> int:
    """Give each half to pytest and print what all of them came to; returns 0 where every one passed, else 1."""
    sums, codes = Counter[str](), []
    with TemporaryDirectory() as folder:
        for number, arguments in enumerate(halves):
            report = Path(folder) / f"{number}.xml"
            codes.append(subprocess.call([sys.executable, "-m", "pytest", *arguments, f"--junit-xml={report}"]))
            sums += _results(report)
    line = ", ".join(f"{sums[name]:,} {name}" for name in ("passed", "failed", "skipped"))
    # A half may fail without a failed test: where it was broken off, or found none.
    print(f"== {line} in both halves, which ended with the exit codes {' and '.join(map(str, codes))}")  # noqa: T201
    return int(any(codes))


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


if __name__ == "__main__":
    try:
        sys.exit(run())
    except KeyboardInterrupt:
        sys.exit(130)
