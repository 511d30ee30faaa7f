"""Data of a backup is back: flags go to where the control answers, and phases that were closed since are open again."""

from collections.abc import Mapping
from dataclasses import dataclass

from migration_harness.authority.actors import Actor
from migration_harness.backup.returning import Returned, Stages, to_baseline
from migration_harness.exceptions import HarnessError
from migration_harness.queries import closed_phases
from migration_harness.rollout.advancing import reopen


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtBack:
    """What became of the stage: flags, phases that are open again, and why one is not."""

    flags: Returned
    reopened: tuple[int, ...]
    not_reopened: Mapping[int, str]


def bring_back(*, stages: Stages, actor: Actor, reason: str, reopen_from: int | None = None) -> BroughtBack:
    """Bring flags and phases back to what a backup says; nothing goes forward, so no gate is asked. Safe to repeat.

    ``reopen_from`` opens every closed phase from that one on, too: those that were closed before the backup stay so
    without it.
    """
    returned = to_baseline(stages=stages, actor=actor, reason=reason)
    reopened, refused = [], {}
    for number in _to_reopen(returned, reopen_from):
        try:
            reopen(number=number, actor=actor, reason=reason or "restored from backup")
        except HarnessError as error:
            refused[number] = str(error)
            break
        reopened.append(number)
    return BroughtBack(flags=returned, reopened=tuple(reopened), not_reopened=refused)


def _to_reopen(returned: Returned, reopen_from: int | None) -> list[int]:
    """Return the phases in the order in which they can be opened: the last first."""
    besides = {number for number in closed_phases() if reopen_from is not None and number >= reopen_from}
    return sorted({*returned.to_reopen, *besides}, reverse=True)
