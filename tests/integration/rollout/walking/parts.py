"""What tests of rollouts have in common."""

from datetime import timedelta

from migration_harness.models import Flag
from migration_harness.rollout.guards.guard import GuardAnswer, Reading
from migration_harness.rollout.starting import Wish, prepare, start
from tests.integration.evidence_rows import compared

FLAG = "model-based-credits"
REQUIRED = "model-selection"
SAMPLE = 5


class FakeGuard:
    """A guard that reads what the test says."""

    def __init__(self, name, reading=Reading.HOLDS):
        self.name = name
        self.reading = reading
        self.watched = []

    def read(self, watched):
        self.watched.append(watched)
        if isinstance(self.reading, Exception):
            raise self.reading
        return GuardAnswer(guard=self.name, reading=self.reading, sentence=f"It says {self.reading.value}.")


class Walk:
    """A rollout under way. ``look`` moves the clock, by ten seconds where nothing is said, and looks."""

    def __init__(self, look):
        self.look = look

    def start(self, *, actor="ada", **wish):
        wish = {"soak": timedelta(days=1), "sample": SAMPLE} | wish
        return start(prepare(flag=FLAG, wish=Wish(**wish)), actor=actor)

    def prove(self):
        """Give the step that is taken all that it needs; the look that comes after it goes on."""
        compared(SAMPLE)
        return self.look(times=6)

    def step(self):
        """Prove the step that is taken, and go on."""
        self.prove()
        return self.look()


def flag():
    return Flag.objects.get(name=FLAG)


def share():
    return flag().share_bps
