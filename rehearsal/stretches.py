"""The three stretches of a rehearsal, and the service that is at work in each of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rehearsal.acts import Person
from rehearsal.aftermath import Aftermath, work_again, work_before
from rehearsal.camera import BLIND, camera
from rehearsal.deletion import SHORT, Deletion
from rehearsal.ending import LAST, Ending
from rehearsal.journey import Journey
from rehearsal.operations import Operations
from rehearsal.place import OPERATOR, Place
from rehearsal.service import running
from rehearsal.story import Story
from rehearsal.tree import TRACE, copy_tree, git

STRETCHES: Final = ("plan", "deletion", "aftermath")
"""Phases 1 to 6 and the door of the last one; legacy code is removed in another tree; the service runs without it."""
LEFT_OUT: Final = (
    f"of the tests that remain after the deletion, those that are not in {', '.join(SHORT[:-1])} and {SHORT[-1]}",
    "a start of the code of before on what was restored",
)
"""Of a short rehearsal."""
REPLAYED: Final = 2_000
REPLAYED_IN_SHORT: Final = 300
"""Calls of real traffic that are priced and charged before the first phase; more of them are charged in each."""
_SUITE: Final = ("-m", "tests.halves", "--junit")
_SUITE_SECONDS: Final = 3_600


class Rehearsal:
    """A rehearsal in a folder; ``junit`` has the reports of the suite, which runs first where there are none."""

    def __init__(self, folder: Path, story: Story, *, junit: Path | None, is_short: bool) -> None:
        self._folder, self._story, self._is_short = folder, story, is_short
        self._operations = Operations(story)
        self._before, self._after = Place(folder, "tree"), Place(folder, "after")
        self._backup, self._left = folder / "legacy.backup", folder / "left.json"
        self._is_tested, self._junit = junit is not None, (junit or folder / "junit").resolve()

    def go(self, first: str) -> None:
        """Go from the beginning of a stretch to the end of the last one. Raises Failed."""
        stretches = STRETCHES[STRETCHES.index(first) :]
        if "plan" in stretches:
            self._prepare()
        else:
            self._story.left_out.append(
                f"what comes before the {first}: an earlier rehearsal has left it in the folder"
            )
        if "deletion" in stretches:
            self._with_legacy_code(walks_the_plan="plan" in stretches)
        self._without_it()
        if self._is_short:
            self._story.left_out += LEFT_OUT
        else:
            with self._at_work(self._before, "again"):
                work_again(self._before, self._story)

    def _prepare(self) -> None:
        with self._story.step(0, "A copy of this tree, and a database of its own with the demo's accounts"):
            copy_tree(self._before.tree)
            self._before.lay_out()
            self._backup.unlink(missing_ok=True)
            self._before.prepares()
        if not self._is_tested:
            self._test_it()

    def _test_it(self) -> None:
        self._junit.mkdir(parents=True, exist_ok=True)
        with self._story.step(0, "The suite runs in the copy: no report of it was brought"):
            self._before.runs(self._before.python, *_SUITE, str(self._junit), timeout_seconds=_SUITE_SECONDS)

    def _with_legacy_code(self, *, walks_the_plan: bool) -> None:
        person = Person(self._before, self._story)
        with self._at_work(self._before, "run"):
            self._before.sign_in()
            if walks_the_plan:
                self._walk_the_plan(person)
            self._left.write_text(json.dumps(work_before(self._before, self._story, self._operations)))
            self._after.acts_as(self._before)
            # They are asked once more, and a day without an error may have begun anew meanwhile.
            person.wait_for_gates(LAST, "entering")
            deletion = Deletion(self._before, self._after, self._story, is_short=self._is_short)
            deletion.make()
            deletion.check()
            deletion.migrate_first()

    def _walk_the_plan(self, person: Person) -> None:
        with self._story.step(0, "Calls of real traffic are charged") as step:
            limit = REPLAYED_IN_SHORT if self._is_short else REPLAYED
            told = self._before.harness("replay", TRACE, "--limit", str(limit), "--images", "10")
            step.found.append(f"{told['done']:,} of {TRACE}")
        revision = git(self._before.tree, "rev-parse", "HEAD").strip()
        Journey(self._before, self._story, person, self._operations, junit=self._junit, revision=revision).walk()
        Ending(self._before, self._story, person, junit=self._junit, revision=revision).walk(self._backup)

    def _without_it(self) -> None:
        with self._at_work(self._after, "after"):
            self._after.sign_in()
            aftermath = Aftermath(self._after, self._story, self._operations)
            aftermath.works_as_before(json.loads(self._left.read_text()))
            aftermath.schema_follows()
            Deletion(self._before, self._after, self._story, is_short=self._is_short).scan()
            aftermath.is_certified(self._folder / "heads.jsonl")
            aftermath.can_go_back(self._backup)

    @contextmanager
    def _at_work(self, place: Place, name: str) -> Iterator[None]:
        """Have the service of a tree at work, its commands at hand, and pictures taken of its console."""
        with (
            running(place, log=self._folder / f"{name}.log") as address,
            place.at_hand(),
            camera(address, username=OPERATOR, password=place.password) as self._story.camera,
        ):
            yield
        self._story.camera = BLIND
