"""The end: every flag complete, legacy code seen dead, and the doors of the last phase open."""

import time
from math import ceil
from pathlib import Path
from typing import Final

from rehearsal.acts import Person, until
from rehearsal.failed import Failed
from rehearsal.journey import A_FEW, A_WHILE, A_WHILE_OF_KEYS, ENOUGH, ENOUGH_FOR_A_BOUND, PHASES
from rehearsal.place import KILLED, Place
from rehearsal.story import Story

LAST: Final = 7
DEAD: Final = ("entering", "legacy_unused")
A_CALLER: Final = "an_old_report"
"""The function of ``rehearsal.planted`` that asks legacy code itself."""
DAYS: Final = 7
"""How many days without an execution the gate wants."""
AFTER_SECONDS: Final = 30.0
"""After a process was killed, and before it is missed: nothing that was executed earlier is asked about."""
SLACK_SECONDS: Final = 60.0
"""Between asking a gate and its answer, on a busy machine."""
PATIENCE_SECONDS: Final = 240.0


class Ending:
    """What is done on the tree with legacy code, once everybody is on the candidate."""

    def __init__(self, place: Place, story: Story, person: Person, *, junit: Path, revision: str) -> None:
        self._place, self._story, self._person = place, story, person
        self._junit, self._revision = str(junit), revision
        self._killed_at = 0.0

    def walk(self, backup: Path) -> None:
        """Complete every flag, and go through the door of the last phase, with a verified ``backup``."""
        self._a_person_says_who_else_asks()
        # It vanishes before the long steps, and is missed a minute later.
        self._a_reporter_is_killed()
        self._complete()
        self._a_killed_reporter_is_missed()
        self._a_legacy_call_is_named()
        self._backed_up(backup)
        self._entered()

    def _a_person_says_who_else_asks(self) -> None:
        with self._story.step(LAST, "Nobody counts what other programs read: a person answers for it") as step:
            step.found.append(self._person.gates(LAST)[DEAD]["sentence"])
            self._place.in_person("legacy", "executed", "--nobody-else", "--yes", "--reason", "no report reads them")

    def _a_reporter_is_killed(self) -> None:
        with self._story.step(LAST, "A process that counts executions of legacy code is killed"):
            self._place.drive("vanish", "1", "planted", expected=(KILLED,))
        self._killed_at = time.monotonic()

    def _complete(self) -> None:
        with self._story.step(LAST, "Compared once more where the candidate answers, then complete") as step:
            self._place.drive("keys", str(A_WHILE_OF_KEYS), "complete")
            self._place.drive("charges", str(A_FEW), "complete")
            self._place.drive("models", str(A_WHILE), "complete")
            for flag, phase in PHASES.items():
                self._person.time_again(phase, self._more_calls)
                self._person.wait_for_gates(phase, "entering")
                words = ("flag", flag, "--stage", "complete", "--reason", "it answers for everyone")
                self._person.goes_forward(phase, *words, drive=self._more_calls)
                step.found.append(f"{flag} is complete for everyone")
            self._person.count_comparisons()
            self._story.look(step, "")

    def _more_calls(self) -> None:
        self._place.drive("keys", str(ENOUGH), "again")
        self._place.drive("models", str(ENOUGH_FOR_A_BOUND), "again")

    def _a_killed_reporter_is_missed(self) -> None:
        with self._story.step(LAST, "What it had executed nobody knows: the gate does not open") as step:
            step.found.append(self._seen("unknown", "vanished", since=self._killed_at + AFTER_SECONDS))

    def _a_legacy_call_is_named(self) -> None:
        with self._story.step(LAST, "Legacy code is asked once more: the gate is closed, and names the caller") as step:
            since = time.monotonic() - SLACK_SECONDS
            self._place.drive("legacy", "1", "planted")
            step.found.append(self._seen("closed", A_CALLER, since=since))

    def _seen(self, answer: str, word: str, *, since: float) -> str:
        """Wait until the gate about dead code says this, asked about the time since then; returns its sentence.

        Raises Failed.
        """
        told: dict[str, str] = {}

        def it_says_so() -> bool:
            day_seconds = max(1, ceil((time.monotonic() - since) / DAYS))
            with self._place.days_of(str(day_seconds)):
                told.update(self._person.gates(LAST)[DEAD])
            return told["answer"] == answer and word in told["sentence"]

        if not until(it_says_so, seconds=PATIENCE_SECONDS):
            raise Failed(f"legacy_unused should be {answer} and say {word!r}. It is {told}.")
        return f"legacy_unused is {answer}: {told['sentence']}"

    def _backed_up(self, backup: Path) -> None:
        with self._story.step(LAST, "What goes is copied, and the copy tried out") as step:
            made = self._place.harness("legacy", "backup", str(backup))
            tried = self._place.harness("legacy", "verify", str(backup))
            step.found.append(f"{made['rows']:,} rows, equal in a scratch database: {tried['equal']}")

    def _entered(self) -> None:
        with self._story.step(LAST, "Every gate is open: the last phase is entered") as step:
            self._person.report_the_tests(LAST - 1, junit=self._junit, revision=self._revision)
            self._person.tick_everything_off(LAST)
            self._person.acknowledge_what_is_open()
            self._place.asked("trial-balance")
            self._person.wait_for_gates(LAST - 1, "leaving")
            self._person.wait_for_gates(LAST, "entering")
            self._place.harness("advance", str(LAST - 1), "--reason", "rehearsal")
            for each in self._person.gates(LAST).values():
                step.found.append(f"{each['gate']}: {each['sentence']}")
            self._story.look(step, f"phases/{LAST}/")
