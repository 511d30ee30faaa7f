"""The commands that a person can copy: what to do with a flag or a discrepancy as it is now."""

from dataclasses import dataclass
from shlex import quote
from typing import Final

from migration_harness.queries import Discrepancy, FlagStatus, ways_forward

HARNESS: Final = "python manage.py harness"
STEPS_PERCENT: Final = (1, 5, 25, 50, 100)
"""Where the share goes next."""
REASON: Final = "--reason '…'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command line and what it is for."""

    purpose: str
    line: str

    @property
    def words(self) -> list[str]:
        """The words of the line, so that a narrow page breaks between them and not inside an option."""
        return self.line.split(" ")


def flag_commands(flag: FlagStatus) -> list[Command]:
    """Return what can be done with a flag in its present state, the way back first."""
    name = quote(flag.name)
    found = _way_back(flag, name)
    if flag.baseline == "off":
        found.append(_command("Begin to compare", f"flag {name} --baseline shadow {REASON}"))
    if flag.everyone is False:
        # Nothing else has an effect before the rollback is taken back.
        return found
    found.append(_command("Put one account on the candidate", f"flag {name} --account 'NAME OR ID' --on {REASON}"))
    found.append(_command("Take one account off it", f"flag {name} --account 'NAME OR ID' --off {REASON}"))
    if flag.everyone is None:
        found.append(_next_step(flag, name))
    return found


def _way_back(flag: FlagStatus, name: str) -> list[Command]:
    ways = ways_forward(flag.name)
    if not ways:
        return [_command("Roll back: everyone on the control, at once", f"rollback {name}")]
    purposes = {way.flag: f"Then {way.flag}, which requires it" for way in ways}
    purposes[flag.name] = "Return to where it was before the rollback"
    return [_command(purposes[way.flag], f"{each} {REASON}") for way in ways for each in way.commands]


def next_share_percent(flag: FlagStatus) -> int | None:
    """Return the next step of the share; None where all accounts are in it."""
    return next((percent for percent in STEPS_PERCENT if percent * 100 > flag.share_bps), None)


def _next_step(flag: FlagStatus, name: str) -> Command:
    step = next_share_percent(flag)
    if step is None:
        return _command("All accounts that are not excluded", f"flag {name} --everyone yes {REASON}")
    return _command(f"Raise the share to {step} %", f"flag {name} --share {step} {REASON}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person can say of a discrepancy: the state it gets, the verb of the command, and what for."""

    state: str
    verb: str
    purpose: str


_ACKNOWLEDGE = Review(state="acknowledged", verb="acknowledge", purpose="Say that you are on it")
_FIXED = Review(state="fixed", verb="fixed", purpose="Say that it is fixed; it reopens by itself when it comes back")
_REOPEN = Review(state="open", verb="reopen", purpose="Take the review back")
_REVIEWS = {
    "open": (_ACKNOWLEDGE, _FIXED),
    "reopened": (_ACKNOWLEDGE, _FIXED),
    "acknowledged": (_FIXED, _REOPEN),
    "fixed": (_REOPEN,),
}


def reviews_of(found: Discrepancy) -> tuple[Review, ...]:
    """Return what can be said of a discrepancy as it is; an explained one needs nobody."""
    return _REVIEWS.get(found.state, ())


def review_commands(found: Discrepancy) -> list[Command]:
    """Return how to review a discrepancy."""
    return [
        _command(review.purpose, f"discrepancies {review.verb} {quote(found.signature)} {REASON}")
        for review in reviews_of(found)
    ]


def _command(purpose: str, arguments: str) -> Command:
    return Command(purpose=purpose, line=f"{HARNESS} {arguments}")
