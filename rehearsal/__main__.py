"""``python -m rehearsal``: the whole plan on a copy; exit code 1 where a step does not end as it must."""

import argparse
import signal
import sys
from pathlib import Path
from typing import Final

from rehearsal.failed import Failed
from rehearsal.report import write_report
from rehearsal.story import Story
from rehearsal.stretches import STRETCHES, Rehearsal
from rehearsal.tree import ROOT

_TERMINATED: Final = 128 + signal.SIGTERM


def main() -> int:
    """Run the command line."""
    asked = _parser().parse_args()
    # What it has started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(_TERMINATED))
    folder: Path = asked.folder
    story = Story()
    rehearsal = Rehearsal(folder, story, junit=asked.junit, is_short=asked.short)
    try:
        rehearsal.go(asked.begin_with)
    except Failed as error:
        story.failed = str(error)
        print(f"The rehearsal stopped: {error}", file=sys.stderr)  # noqa: T201  It is what a rehearsal says.
    story.tell()
    report = write_report(story, folder.parent / "rehearsal.html")
    print(f"{report} tells all of it: {story.elapsed:.0f} s.")  # noqa: T201
    return int(bool(story.failed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".run" / "rehearsal", help="where the copy is made")
    parser.add_argument(
        "--junit",
        type=Path,
        help="the JUnit reports of the suite on this tree, a file or a folder; without it the suite runs first",
    )
    parser.add_argument(
        "--short", action="store_true", help="some of the remaining tests, and no start of the old code at the end"
    )
    parser.add_argument(
        "--begin-with",
        choices=STRETCHES,
        default=STRETCHES[0],
        help="on what an earlier rehearsal has left in the folder: to try the last stretches out again",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
