"""``python -m rehearsal``: the whole plan on a copy; exit code 1 where a step does not end as it must."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rehearsal.acts import Person
from rehearsal.aftermath import Aftermath, work_again, work_before
from rehearsal.camera import BLIND, camera
from rehearsal.deletion import SHORT, Deletion
from rehearsal.ending import LAST, Ending
from rehearsal.failed import Failed
from rehearsal.journey import Journey
from rehearsal.place import OPERATOR, Place
from rehearsal.report import write_report
from rehearsal.service import running
from rehearsal.story import Story
from rehearsal.tree import ROOT, copy_tree, git

LEFT_OUT: Final = (
    f"of the tests that remain after the deletion, those that are not in {' and '.join(SHORT)}",
    "a start of the code of before on what was restored",
)
"""Of a short rehearsal."""
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
    parser.add_argument(
        "--short", action="store_true", help="some of the remaining tests, and no start of the old code at the end"
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
    folder: Path = asked.folder
    before, after = Place(folder, "tree"), Place(folder, "after")
    backup, heads = folder / "legacy.backup", folder / "heads.jsonl"
    with story.step(0, "A copy of this tree, with servers of its own"):
        copy_tree(before.tree)
        before.lay_out()
        backup.unlink(missing_ok=True)
    junit = asked.junit.resolve() if asked.junit else _tested(before, story, folder / "junit")
    revision = git(before.tree, "rev-parse", "HEAD").strip()
    deletion = Deletion(before, after, story, is_short=asked.short)
    with running(before, log=folder / "run.log") as address, before.at_hand(), looking(before, story, address):
        before.sign_in()
        person = Person(before, story)
        Journey(before, story, person, junit=junit, revision=revision).walk()
        Ending(before, story, person, junit=junit, revision=revision).walk(backup)
        done_before = work_before(before, story)
        after.acts_as(before)
        # They are asked once more, and a day without an error may have begun anew meanwhile.
        person.wait_for_gates(LAST, "entering")
        deletion.make()
        deletion.check()
        deletion.migrate_first()
    with (
        running(after, log=folder / "after.log", as_it_is=True) as address,
        after.at_hand(),
        looking(after, story, address),
    ):
        aftermath = Aftermath(after, story)
        aftermath.works_as_before(done_before)
        aftermath.schema_follows()
        deletion.scan()
        aftermath.is_certified(heads)
        aftermath.can_go_back(backup)
    if asked.short:
        story.left_out += LEFT_OUT
    else:
        with running(before, log=folder / "again.log", as_it_is=True), before.at_hand():
            work_again(before, story)


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
