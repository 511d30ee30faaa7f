"""The commands that a person can copy: what to do with a flag or a discrepancy as it is now."""

from dataclasses import dataclass
from shlex import quote
from typing import Final

from migration_harness.queries import Discrepancy, FlagStatus

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
    found = [_way_back(flag, name)]
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


def _way_back(flag: FlagStatus, name: str) -> Command:
    if flag.everyone is False:
        return _command("Return to the cohort from before the rollback", f"flag {name} --everyone unset {REASON}")
    return _command("Roll back: everyone on the control, at once", f"rollback {name}")


def _next_step(flag: FlagStatus, name: str) -> Command:
    step = next((percent for percent in STEPS_PERCENT if percent * 100 > flag.share_bps), None)
    if step is None:
        return _command("All accounts that are not excluded", f"flag {name} --everyone yes {REASON}")
    return _command(f"Raise the share to {step} %", f"flag {name} --share {step} {REASON}")


_ACKNOWLEDGE = ("Say that you are on it", "acknowledge")
_FIXED = ("Say that it is fixed; it reopens by itself when it comes back", "fixed")
_REOPEN = ("Take the review back", "reopen")
_REVIEWS = {
    "open": (_ACKNOWLEDGE, _FIXED),
    "reopened": (_ACKNOWLEDGE, _FIXED),
    "acknowledged": (_FIXED, _REOPEN),
    "fixed": (_REOPEN,),
}


def review_commands(found: Discrepancy) -> list[Command]:
    """Return how to review a discrepancy; an explained one needs nobody."""
    return [
        _command(purpose, f"discrepancies {verb} {quote(found.signature)} {REASON}")
        for purpose, verb in _REVIEWS.get(found.state, ())
    ]


def _command(purpose: str, arguments: str) -> Command:
    return Command(purpose=purpose, line=f"{HARNESS} {arguments}")
