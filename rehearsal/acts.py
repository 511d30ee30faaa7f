"""What a person does with the commands of the harness, as the journey needs it."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from rehearsal.failed import Failed
from rehearsal.place import Place
from rehearsal.story import Story

PATIENCE_SECONDS: Final = 90.0
LATENCY: Final = "latency"
TIMES: Final = 3
_POLL_SECONDS: Final = 1.0
NO_SEAM: Final = "no seam"
"""Of a phase: nothing in it has two sides."""
Told = dict[str, Any]


class Person:
    """Somebody at the prompt of the copy."""

    def __init__(self, place: Place, story: Story) -> None:
        self._harness, self._asked, self._in_person, self._story = place.harness, place.asked, place.in_person, story
        self._too_busy: set[int] = set()

    def gates(self, phase: int) -> dict[tuple[str, str], Told]:
        """Return what each gate of a phase says now, by way and name."""
        asked = self._asked("gates", str(phase))
        return {(each["way"], each["gate"]): each for each in asked["gates"]}

    def shut(self, phase: int, way: str) -> list[Told]:
        """Return the gates of a phase that are not open."""
        return _shut(self._gates(phase, way))

    def wait_for_gates(self, phase: int, way: str) -> None:
        """Wait until every gate is open; raises Failed with the sentences of those that stay shut.

        A machine that is busy cannot tell how quick a candidate is: where ``time_again`` has found that,
        all but the gate about latency have to be open.
        """
        asked: list[Told] = []

        def none_is_shut() -> bool:
            asked[:] = self._gates(phase, way)
            return not self._shut_but_for_latency(phase, asked)

        if not until(none_is_shut):
            sentences = "\n".join(f"{each['gate']} is {each['answer']}: {each['sentence']}" for each in _shut(asked))
            raise Failed(f"Gates for {way} phase {phase} stay shut:\n{sentences}")
        self._tell_gates(phase, way, len(asked) - len(_shut(asked)))

    def time_again(self, phase: int, drive: Callable[[], object]) -> None:
        """Have more calls timed, some times, where the gate about latency alone is shut.

        Where that does not help the machine is too busy: the gate is passed by from then on, by an override that
        is on the trail, and the rehearsal says so at its end.
        """
        if phase in self._too_busy:
            return
        for _ in range(TIMES):
            shut = self.shut(phase, "entering")
            if [each["gate"] for each in shut] != [LATENCY]:
                return
            drive()
        self._too_busy.add(phase)
        self._story.left_out.append(
            f"the gate latency of phase {phase}, on a machine that is busy: {shut[0]['sentence']}"
        )

    def goes_forward(self, phase: int, *words: str, drive: Callable[[], object]) -> None:
        """Say what the gates of a phase admit, with more calls timed where the latency alone is not good enough.

        Raises Failed where another gate is shut.
        """
        if "error" not in self._asked(*words):
            return
        self.time_again(phase, drive)
        if phase in self._too_busy and self.shut(phase, "entering"):
            self._in_person(*words, "--override")
        else:
            self._harness(*words)

    def _shut_but_for_latency(self, phase: int, asked: list[Told]) -> list[Told]:
        return [each for each in _shut(asked) if each["gate"] != LATENCY or phase not in self._too_busy]

    def _gates(self, phase: int, way: str) -> list[Told]:
        return [each for (its, _), each in self.gates(phase).items() if its == way]

    def _tell_gates(self, phase: int, way: str, number: int) -> None:
        before = self._story.figures[phase].get("gates", "")
        told = f"{number} {way}"
        if told not in before:
            self._story.figures[phase]["gates"] = f"{before}, {told}" if before else told

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
        self._story.figures[phase]["tests"] = f"{told['tests']:,}, {told['failed']} failed"
        return told

    def roll_back(self, phase: int) -> Told:
        """Roll a phase back."""
        told: Told = self._harness("rollback", "--phase", str(phase), "--reason", "to see that it works")
        self._story.figures[phase]["rollback"] = f"{told['proof']['waited_ms']:.0f} ms to the proof"
        return told

    def count_comparisons(self) -> None:
        """Tell of each phase how often its seams were compared."""
        told = self._harness("status")
        sums = Counter[str]()
        for seam in told["seams"].values():
            sums[seam["flag"]] += seam["comparisons"]
        for phase in told["phases"]:
            compared = [sums[flag] for flag in phase["flags"] if flag in sums]
            self._story.figures[phase["number"]]["comparisons"] = f"{sum(compared):,}" if compared else NO_SEAM


def _shut(gates: list[Told]) -> list[Told]:
    return [each for each in gates if each["answer"] != "open"]


def until(holds: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait until something holds; tells whether it does."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
