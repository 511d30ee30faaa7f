"""What closing a phase, opening it again and a tick would do, on the page where it is confirmed."""

from dashboards.previews import Fact, Preview
from migration_harness.plan import Phase
from migration_harness.queries import PhaseStatus
from migration_harness.rollout.advancing import Sight
from migration_harness.rollout.checklists import ChecklistItem


def of_advance(status: PhaseStatus, sight: Sight) -> Preview:
    """Tell what closing a phase would do."""
    phase, following = status.phase, sight.following
    is_open = sum(each.is_open for each in sight.answers)
    asked = f"{is_open} of {len(sight.answers)} are open"
    then = f"phase {following.number}, {following.name}, is active" if following else "it was the last one"
    return Preview(
        question=f"Close phase {phase.number}, {phase.name}?",
        facts=[
            Fact(term="It is", text=status.state.replace("_", " ")),
            Fact(term="Then", text=then),
            Fact(term="Gates to pass", text=f"{asked}: those for leaving it, and for entering the next one"),
            Fact(term="Accounts", text="nobody moves by this: flags stay as they are"),
            Fact(term="Way back", text="opening it again, which asks no gate"),
        ],
        button="Close the phase",
    )


def of_reopen(phase: Phase, *, is_closed: bool) -> Preview:
    """Tell what opening a phase again would do."""
    question = f"Open phase {phase.number}, {phase.name}, again?"
    return Preview(
        question=question if is_closed else f"Phase {phase.number}, {phase.name}, is not closed: leave it as it is?",
        facts=[
            Fact(term="Then", text="it is the active one, and those after it wait for it"),
            Fact(term="Accounts", text="nobody moves by this: flags stay as they are"),
            Fact(term="To close it", text="its gates are asked again"),
        ],
        button="Open it again",
    )


def of_tick(phase: Phase, item: ChecklistItem) -> Preview:
    """Tell what a tick, or taking it back, says."""
    if item.ticked_at is None:
        told = Fact(term="Then", text="it is done, by you, which is on the trail; the tick can be taken back")
        return Preview(question=f"Done: {item.item}?", facts=[_of(phase, item), told], button="Tick it off")
    done = Fact(term="Done", text=f"by {item.actor} at {item.ticked_at:%Y-%m-%d %H:%M} UTC")
    told = Fact(term="Then", text="it is to be done again, and the gate of the checklist is closed")
    return Preview(
        question=f"Not done after all: {item.item}?", facts=[_of(phase, item), done, told], button="Take the tick back"
    )


def _of(phase: Phase, item: ChecklistItem) -> Fact:
    return Fact(term="Of", text=f"phase {phase.number}, {phase.name}: item {item.number} of {len(phase.checklist)}")
