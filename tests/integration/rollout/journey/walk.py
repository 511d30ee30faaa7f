"""Somebody who walks the plan with the commands, and notes each gate: what it said while it was shut, and when not."""

from datetime import timedelta

from django.utils import timezone

from migration_harness import queries
from migration_harness.plan import plan
from migration_harness.rollout.checklists import checklist_of
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.gate import Way

from ...errors.parts import covered

REVISION = "f00d" * 10
HOUR_SECONDS = 3_600
"""How long a day of quiet is for who walks."""
QUIET = timedelta(hours=8)
"""More than the seven of them that each phase wants."""
_REPORT = "<testsuite>{}</testsuite>".format('<testcase name="of the suite"/>' * 3)

NOWHERE = (7, Way.LEAVING)
"""No phase comes after the last one."""
Key = tuple[int, str, str]
"""A gate of the plan: phase, way and name."""


class Walk:
    """The commands of the harness, a clock that can be moved on, and what the gates have said."""

    def __init__(self, *, harness, clock, folder):
        self._harness, self._clock, self._folder = harness, clock, folder
        self.shut: dict[Key, str] = {}
        self.opened: set[Key] = set()

    def look(self, *numbers: int) -> list[Key]:
        """Ask the gates of these phases, and note what they say; returns those that are not open."""
        asked = [
            ((number, way.value, each.name), each)
            for number in numbers for way in Way if (number, way) != NOWHERE
            for each in ask(plan().phase(number), way)
        ]  # fmt: skip
        for key, each in asked:
            if each.is_open:
                self.opened.add(key)
            else:
                self.shut.setdefault(key, each.answer.sentence)
        return [key for key, each in asked if not each.is_open]

    def does(self, *words: str) -> str:
        """Say it to the harness, which does it; returns what it prints."""
        code, out, err = self._harness(*words)
        assert code == 0, (words, out, err)
        return out

    def is_refused(self, *words: str) -> str:
        """Say it to the harness, which refuses because of gates; returns with what words."""
        code, _, err = self._harness(*words)
        assert code == 3, (words, err)
        return " ".join(err.split())

    def reports_the_tests(self, phase: int) -> None:
        """Bring the report of a run of the suite on the revision that runs here."""
        path = self._folder / f"after-{phase}.xml"
        path.write_text(_REPORT)
        self.does("verify", str(phase), "--junit", str(path), "--revision", REVISION)

    def ticks_everything_off(self, phase: int) -> None:
        """Have a person tick each item of the checklist."""
        for item in checklist_of(plan().phase(phase)):
            self.does("checklist", str(phase), "--tick", str(item.number), "--reason", "seen")

    def lets_quiet_days_go_by(self) -> None:
        """Move the clock on, with processes that told of their errors all the time; none had any."""
        before = timezone.now()
        self._clock.tick(QUIET)
        covered(before, timezone.now())

    def acknowledges_what_is_open(self) -> None:
        """Look at each discrepancy that is open, and say so."""
        for each in queries.discrepancies():
            if each.state == "open":
                self.does("discrepancies", "acknowledge", each.signature, "--reason", "looked at")

    def compares_anew(self, flag: str) -> None:
        """Begin another window of evidence."""
        for baseline in ("off", "shadow"):
            self.does("flag", flag, "--baseline", baseline, "--reason", "compare anew")

    def enters(self, phase: int) -> None:
        """See every gate for entering a phase open."""
        assert [key for key in self.look(phase) if key[1] == "entering"] == []

    def leaves(self, phase: int) -> None:
        """Do what the gates for leaving a phase wait for, until all of them are open."""
        self.reports_the_tests(phase)
        self.ticks_everything_off(phase)
        assert self.look(phase) != []
        self.lets_quiet_days_go_by()
        self.does("trial-balance")
        assert [key for key in self.look(phase) if key[1] == "leaving"] == []

    def keeps_a_way_back(self) -> None:
        """Copy what the deletion drops, and try the copy out."""
        file = str(self._folder / "legacy.backup")
        self.does("legacy", "backup", file)
        self.does("legacy", "verify", file)

    def goes_back_and_forward(self, phase: int, *, meanwhile) -> None:
        """Roll a phase back, let the service work, and go forward again."""
        self.does("rollback", "--phase", str(phase), "--reason", "to see that it works")
        meanwhile()
        self.goes_live(phase, meanwhile=meanwhile)

    def goes_live(self, phase: int, *, meanwhile=lambda: None) -> None:
        """Have everybody get the candidate of each flag of a phase; after each change the service works for a while."""
        for flag in plan().phase(phase).flags:
            self.does("flag", flag.name, "--everyone", "yes", "--reason", "its gates are open")
            meanwhile()
