"""What a person does with the commands of the harness, as the journey needs it."""

import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from rehearsal.place import Failed, Place

PATIENCE_SECONDS: Final = 90.0
_POLL_SECONDS: Final = 1.0
Told = dict[str, Any]


class Person:
    """Somebody at the prompt of the copy."""

    def __init__(self, place: Place) -> None:
        self._harness, self._asked = place.harness, place.asked

    def gates(self, phase: int) -> dict[tuple[str, str], Told]:
        """Return what each gate of a phase says now, by way and name."""
        asked = self._asked("gates", str(phase))
        return {(each["way"], each["gate"]): each for each in asked["gates"]}

    def shut(self, phase: int, way: str) -> list[Told]:
        """Return the gates of a phase that are not open."""
        return [each for (its, _), each in self.gates(phase).items() if its == way and each["answer"] != "open"]

    def wait_for_gates(self, phase: int, way: str) -> None:
        """Wait until every gate is open; raises Failed with the sentences of those that stay shut."""
        shut: list[Told] = []

        def none_is_shut() -> bool:
            shut[:] = self.shut(phase, way)
            return not shut

        if not until(none_is_shut):
            sentences = "\n".join(f"{each['gate']} is {each['answer']}: {each['sentence']}" for each in shut)
            raise Failed(f"Gates for {way} phase {phase} stay shut:\n{sentences}")

    def acknowledge_what_is_open(self) -> int:
        """Look at each open discrepancy, and say so; returns how many there were."""
        found = [each for each in self._harness("discrepancies", "list") if each["state"] == "open"]
        for each in found:
            self._harness("discrepancies", "acknowledge", each["signature"], "--reason", "looked at in the rehearsal")
        return len(found)

    def compare_anew(self, flags: Iterable[str]) -> None:
        """Begin another window of evidence."""
        for flag in flags:
            for baseline in ("off", "shadow"):
                self._harness("flag", flag, "--baseline", baseline, "--reason", "compare anew")

    def tick_everything_off(self, phase: int) -> None:
        """Tick each item of a phase's checklist."""
        for item in self._harness("checklist", str(phase))["items"]:
            if item["ticked_at"] is None:
                self._harness("checklist", str(phase), "--tick", str(item["number"]), "--reason", "seen")

    def report_the_tests(self, phase: int, *, junit: str, revision: str) -> Told:
        """Bring the report of the suite's run after a phase."""
        told: Told = self._harness("verify", str(phase), "--junit", junit, "--revision", revision)
        return told

    def roll_back(self, phase: int) -> Told:
        """Roll a phase back."""
        told: Told = self._harness("rollback", "--phase", str(phase), "--reason", "to see that it works")
        return told


def until(holds: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait until something holds; tells whether it does."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
