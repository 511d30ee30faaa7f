"""The words for a rollout, its steps and its guards; each has a mark of its own."""

from typing import Final

from dashboards.labels import Label, Tone
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.status import RolloutStatus, StepStatus
from migration_harness.rollout.tick import Hold


def _label(mark: str, word: str, tone: Tone, meaning: str) -> Label:
    return Label(mark=mark, word=word, tone=tone, meaning=meaning)


STATES: Final = {
    "running": _label("▶", "running", Tone.WAITING, "Its next look leads on where nothing stands against it."),
    "paused": _label("‖", "paused", Tone.PLAIN, "It stays at its step until somebody resumes it; its guards watch."),
    "finished": _label("✓", "finished", Tone.GOOD, "Every step is proven."),
    "stopped": _label("■", "stopped", Tone.BAD, "Somebody else has changed the flag, and decides now."),
    "rolled_back": _label("↩", "rolled back", Tone.BAD, "Everybody is on the control again."),
    "aborted": _label("✗", "aborted", Tone.PLAIN, "A person has ended it with a rollback."),
}

HOLDS: Final = {
    Hold.PAUSED: STATES["paused"],
    Hold.UNWATCHED: _label("?", "unwatched", Tone.BAD, "No guard decides: nothing would roll it back."),
    Hold.HELD_BACK: _label("⊘", "held back", Tone.BAD, "A flag that this one requires is rolled back."),
    Hold.BROKEN: _label("≠", "guard broken", Tone.BAD, "A guard is broken, and nobody is on the candidate by it yet."),
    Hold.NO_DATA: _label("∅", "no data", Tone.PLAIN, "A guard cannot say anything, which never leads on."),
    Hold.SOAKING: _label("…", "soaking", Tone.WAITING, "The step was not watched for long enough yet."),
    Hold.SAMPLE: _label("∑", "sampling", Tone.WAITING, "Too little was compared yet."),
    Hold.LOSS_BUDGET: _label("¢", "over budget", Tone.PLAIN, "More accounts could lose more than it may cost."),
    Hold.APPROVAL: _label("○", "awaits approval", Tone.WAITING, "Another person has to approve the next step."),
    Hold.VETO: _label("!", "vetoed", Tone.BAD, "Who is asked before a step has not said yes."),
    Hold.GATES: _label("⊟", "gates closed", Tone.PLAIN, "The plan does not allow the step yet."),
    Hold.REFUSED: _label("⊗", "refused", Tone.BAD, "The step could not be taken."),
}

READINGS: Final = {
    Reading.HOLDS: _label("✓", "holds", Tone.GOOD, "What it watches is as it should be."),
    Reading.BROKEN: _label("✗", "broken", Tone.BAD, "It is not; unless the guard is dry, the rollout rolls back."),
    Reading.NO_DATA: _label("?", "no data", Tone.PLAIN, "There is too little to say it by; the rollout holds."),
}

PROVEN: Final = _label("✓", "proven", Tone.GOOD, "It had all that it needs.")
NOW: Final = _label("▶", "now", Tone.WAITING, "The step that is taken.")
LEFT: Final = _label("–", "left", Tone.PLAIN, "It was taken, and nothing was proven by it.")
TO_COME: Final = _label("○", "to come", Tone.PLAIN, "It was not taken yet.")
NEVER: Final = _label("·", "not taken", Tone.PLAIN, "The rollout has ended before it.")


def label_of(found: RolloutStatus) -> Label:
    """Return the one word for where a rollout is: why it holds, else its state."""
    return HOLDS[Hold(found.held)] if found.held and found.ended_at is None else STATES[found.state]


def label_of_step(step: StepStatus, *, is_open: bool) -> Label:
    """Return the word for a step: the one that is taken is now, also where it was proven before."""
    if step.is_now and is_open:
        return NOW
    if step.is_proven:
        return PROVEN
    if step.taken_bps is not None:
        return LEFT
    return TO_COME if is_open else NEVER
