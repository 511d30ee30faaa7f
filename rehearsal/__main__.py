"""``python -m rehearsal``: phases 1 to 6 on a copy; exit code 1 where a step does not end as it must."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rehearsal.acts import Person
from rehearsal.camera import BLIND, camera
from rehearsal.failed import Failed
from rehearsal.journey import Journey
from rehearsal.place import OPERATOR, Place
from rehearsal.report import write_report
from rehearsal.service import running
from rehearsal.story import Story
from rehearsal.tree import ROOT, copy_tree, git

_SUITE: Final = ("-m", "tests.halves", "--junit")
_SUITE_SECONDS: Final = 3_600


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / ".run" / "rehearsal", help="where the copy is made")
    parser.add_argument(
        "--junit",
        type=Path,
        help="the JUnit reports of the suite on this tree, a file or a folder; without it the suite runs first",
    )
    asked = parser.parse_args()
    story = Story()
    try:
        _rehearse(asked, story)
    except Failed as error:
        story.failed = str(error)
        print(f"The rehearsal stopped: {error}", file=sys.stderr)  # noqa: T201  It is what a rehearsal says.
    story.tell()
    report = write_report(story, asked.folder.parent / "rehearsal.html")
    print(f"{report} tells all of it: {story.elapsed:.0f} s.")  # noqa: T201
    return int(bool(story.failed))


def _rehearse(asked: argparse.Namespace, story: Story) -> None:
    place = Place(asked.folder, "tree")
    with story.step(0, "A copy of this tree, with servers of its own"):
        copy_tree(place.tree)
        place.lay_out()
    junit = asked.junit.resolve() if asked.junit else _tested(place, story, asked.folder / "junit")
    revision = git(place.tree, "rev-parse", "HEAD").strip()
    with running(place, log=asked.folder / "run.log") as address, place.at_hand(), looking(place, story, address):
        place.sign_in()
        Journey(place, story, Person(place, story), junit=junit, revision=revision).walk()


@contextmanager
def looking(place: Place, story: Story, address: str) -> Iterator[None]:
    """Have pictures taken of a service's console, as its operator sees it."""
    with camera(address, username=OPERATOR, password=place.password) as story.camera:
        yield
    story.camera = BLIND


def _tested(place: Place, story: Story, reports: Path) -> Path:
    """Run the whole suite in the copy, and return the folder of its reports. Raises Failed."""
    reports.mkdir(parents=True, exist_ok=True)
    with story.step(0, "The suite runs in the copy: no report of it was brought"):
        place.runs(place.python, *_SUITE, str(reports), timeout_seconds=_SUITE_SECONDS)
    return reports


if __name__ == "__main__":
    sys.exit(main())
