"""What one look at a rollout leads to: its state, what was read, and the time, and a decision out of it. A table.

Note [Watched time]: a soak is time in which somebody would have noticed. So what counts is the time between two looks,
at both of which every guard that decides held, and which are at most ``MOST_GAP_SECONDS`` apart. Neither an outage nor
a pause, nor a clock that was set, is a soak; and however late a look is, it leads one step on and no further.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from migration_harness.rollout.guards.guard import GuardAnswer, Reading
from migration_harness.rollout.loss_budget.arithmetic import Allowed
from migration_harness.wording import age, counted, percent

MOST_GAP_SECONDS: Final = 60.0
"""Looks come every ten seconds: a few may be missed, while a worker is deployed anew."""
RETRY_SECONDS: Final = 60.0
"""A step that was refused is not tried at every look: whoever refuses is asked each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Somebody who has changed the flag since the rollout did: who, in one sentence, and whether it is rolled back."""

    actor: str
    sentence: str
    rolled_back: bool


class Move(StrEnum):
    """What is done."""

    HOLD = "hold"
    """Nothing, for a reason that is told."""
    STEP = "step"
    """One step on."""
    FINISH = "finish"
    """The last step is proven: nothing is to be done any more."""
    ROLL_BACK = "roll back"
    """A guard is broken."""
    STOP = "stop"
    """The flag is not as the rollout left it: whoever changed it decides now."""
    PAUSE = "pause"
    """A person has said no."""


class Hold(StrEnum):
    """Why nothing is done."""

    PAUSED = "paused"
    """A person has paused it."""
    UNWATCHED = "unwatched"
    """No guard decides: nothing would roll it back."""
    HELD_BACK = "held back"
    """A flag that this one requires is rolled back: nobody is on the candidate."""
    BROKEN = "broken"
    """A guard is broken, and nobody is on the candidate by this rollout yet."""
    NO_DATA = "no data"
    """A guard cannot say anything."""
    SOAKING = "soaking"
    """The step was not watched for long enough."""
    SAMPLE = "sample"
    """Too little was compared."""
    LOSS_BUDGET = "loss budget"
    """More accounts could lose more than the rollout may cost."""
    APPROVAL = "approval"
    """Another person has not approved the step yet."""
    VETO = "veto"
    """Who is asked before a step said no, or nothing."""
    GATES = "gates"
    """The plan does not allow the step yet."""
    REFUSED = "refused"
    """The step could not be taken."""


QUIET: Final = frozenset({Hold.PAUSED, Hold.SOAKING, Hold.SAMPLE})
"""What every rollout comes by, and nobody is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a rollout and how far it is.

    ``taken_bps`` is the share that it was taken with, which a loss budget may have made smaller; None before.
    """

    share_bps: int
    soak_seconds: int
    sample: int
    taken_bps: int | None = None
    soaked_seconds: float = 0.0
    is_proven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a rollout is.

    Attributes:
        flag: What is rolled out.
        steps: All steps.
        position: Of the step that is taken, from 0; None before the first.
        clean_at: The last look, where every guard held then.
        paused: Why it is paused; empty where it is not.
        held: Why it held at the last look, and the sentence of that.
        retry_at: Until then the step is not tried again, and what held it is said once more.
    """

    flag: str
    steps: tuple[Step, ...]
    position: int | None = None
    clean_at: datetime | None = None
    paused: str = ""
    held: tuple[Hold, str] | None = None
    retry_at: datetime | None = None

    @property
    def step(self) -> Step | None:
        """The step that is taken."""
        return None if self.position is None else self.steps[self.position]

    @property
    def share_bps(self) -> int:
        """The share that it is at."""
        return 0 if self.step is None else self.step.taken_bps or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What a guard answered, and whether it is dry: measured and shown, never deciding."""

    answer: GuardAnswer
    is_dry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one look has seen.

    Attributes:
        now: By the database's clock.
        hand: Who has changed the flag since this rollout did; None where nobody has.
        guards: What each guard answered.
        held_back: The sentence of a required flag that is rolled back.
        compared: Comparisons of the flag's seams since the step was taken.
        allowed: What the loss budget allows of the next step; None where there is none.
        refused: The sentence of a person who said no to the step.
        awaited: The sentence of an approval that is awaited.
    """

    now: datetime
    hand: Hand | None = None
    guards: tuple[Watching, ...] = ()
    held_back: str = ""
    compared: int = 0
    allowed: Allowed | None = None
    refused: str = ""
    awaited: str = ""

    @property
    def deciding(self) -> list[GuardAnswer]:
        """The answers of the guards that decide."""
        return [each.answer for each in self.guards if not each.is_dry]

    def reading(self, reading: Reading) -> list[GuardAnswer]:
        """Return the answers that decide and read so."""
        return [answer for answer in self.deciding if answer.reading is reading]

    @property
    def is_clean(self) -> bool:
        """Whether something decides, all of it holds, and there is somebody about whom it can say so."""
        return not self.held_back and bool(self.deciding) and len(self.reading(Reading.HOLDS)) == len(self.deciding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a look leads to.

    Attributes:
        move: What is done.
        sentence: Why, for people.
        hold: Why nothing is done, where nothing is.
        soaked_seconds: Of the step that is taken, this look counted in.
        proves: That step has all it needs.
        position: Of the step to be taken.
        share_bps: The share to take it with.
    """

    move: Move
    sentence: str
    hold: Hold | None = None
    soaked_seconds: float = 0.0
    proves: bool = False
    position: int | None = None
    share_bps: int = 0


def wanted(progress: Progress) -> tuple[int, int] | None:
    """Return position and share of what comes next; None after the last.

    A step that a loss budget has made smaller comes again, before the one behind it. One that was proven before comes
    with the share that it was proven with.
    """
    if progress.position is None:
        return 0, progress.steps[0].share_bps
    now = progress.steps[progress.position]
    if progress.share_bps < now.share_bps:
        return progress.position, now.share_bps
    position = progress.position + 1
    if position == len(progress.steps):
        return None
    then = progress.steps[position]
    return position, (then.is_proven and then.taken_bps) or then.share_bps


def decide(progress: Progress, sight: Sight) -> Decision:
    """Return what a look leads to; Note [Watched time]."""
    broken = sight.reading(Reading.BROKEN)
    if sight.hand is not None:
        return Decision(move=Move.STOP, sentence=_stopped(progress, sight.hand, broken))
    if broken and progress.step is not None:
        return Decision(move=Move.ROLL_BACK, sentence=_said(broken))
    soaked = _soaked(progress, sight)
    if progress.paused:
        return _hold(Hold.PAUSED, progress.paused, soaked)
    if sight.refused:
        return Decision(move=Move.PAUSE, sentence=sight.refused, soaked_seconds=soaked)
    if (unclean := _unclean(progress, sight)) is not None:
        return _hold(*unclean, soaked)
    if (missing := _missing(progress, sight, soaked)) is not None:
        return _hold(*missing, soaked)
    return _next(progress, sight, soaked)


def _next(progress: Progress, sight: Sight, soaked: float) -> Decision:
    proves = progress.step is not None
    then = wanted(progress)
    if then is None:
        done = f"{progress.flag} is rolled out: {percent(progress.share_bps)} of the accounts, every step proven."
        return Decision(move=Move.FINISH, sentence=done, soaked_seconds=soaked, proves=proves)
    position, share = then
    if sight.allowed is not None and sight.allowed.share_bps < share:
        share = sight.allowed.share_bps
        if share <= progress.share_bps:
            return _hold(Hold.LOSS_BUDGET, sight.allowed.sentence, soaked, proves=proves)
    if sight.awaited:
        return _hold(Hold.APPROVAL, sight.awaited, soaked, proves=proves)
    if progress.held is not None and _waits(progress, sight):
        return _hold(*progress.held, soaked, proves=proves)
    return Decision(
        move=Move.STEP,
        sentence=f"Step {position + 1} of {len(progress.steps)}: {percent(share)} of the accounts.",
        soaked_seconds=soaked,
        proves=proves,
        position=position,
        share_bps=share,
    )


def _waits(progress: Progress, sight: Sight) -> bool:
    """Tell whether a step was refused a moment ago; a time that a clock has set too far ahead counts for nothing."""
    if progress.retry_at is None:
        return False
    return 0 < (progress.retry_at - sight.now).total_seconds() <= RETRY_SECONDS


def _soaked(progress: Progress, sight: Sight) -> float:
    """Return how long the step that is taken was watched: Note [Watched time]."""
    if progress.step is None:
        return 0.0
    before = progress.step.soaked_seconds
    if progress.paused or progress.clean_at is None or not sight.is_clean:
        return before
    gap_seconds = (sight.now - progress.clean_at).total_seconds()
    return before + gap_seconds if 0 <= gap_seconds <= MOST_GAP_SECONDS else before


def _unclean(progress: Progress, sight: Sight) -> tuple[Hold, str] | None:
    """Return why the guards lead nowhere; before the first step they have nothing to say, and only must not object."""
    if not sight.deciding:
        return Hold.UNWATCHED, f"No guard decides about {progress.flag}: nothing would roll it back."
    if broken := sight.reading(Reading.BROKEN):
        return Hold.BROKEN, _said(broken)
    if sight.held_back:
        return Hold.HELD_BACK, sight.held_back
    silent = sight.reading(Reading.NO_DATA)
    return (Hold.NO_DATA, _said(silent)) if silent and progress.step is not None else None


def _missing(progress: Progress, sight: Sight, soaked: float) -> tuple[Hold, str] | None:
    """Return what the step that is taken lacks before the next; nothing where it was proven before."""
    step = progress.step
    if step is None or step.is_proven:
        return None
    missing: list[tuple[Hold, str]] = []
    if soaked < step.soak_seconds:
        text = f"It was watched for {age(soaked)} of {age(step.soak_seconds)} so far."
        missing.append((Hold.SOAKING, text))
    if sight.compared < step.sample:
        text = f"There are {counted(sight.compared, 'comparison')} of {step.sample:,} since this step began."
        missing.append((Hold.SAMPLE, text))
    return (missing[0][0], " ".join(text for _, text in missing)) if missing else None


def _hold(hold: Hold, sentence: str, soaked: float, *, proves: bool = False) -> Decision:
    return Decision(move=Move.HOLD, hold=hold, sentence=sentence, soaked_seconds=soaked, proves=proves)


def _stopped(progress: Progress, hand: Hand, broken: Iterable[GuardAnswer]) -> str:
    if hand.rolled_back or not (why := _said(broken)):
        return hand.sentence
    return f"{hand.sentence} {why} Roll back: python manage.py harness rollback {progress.flag}"


def _said(answers: Iterable[GuardAnswer]) -> str:
    return " ".join(f"{answer.guard}: {answer.sentence}" for answer in answers)
