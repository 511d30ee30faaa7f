"""By which stages an operation was done, and by which it would be where the candidates answer."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from migration_harness.deciding.snapshot import Decision, FlagState, Snapshot
from migration_harness.deciding.stages import Stage

Stages = dict[str, dict[str, Any]]
"""By the name of a flag what it said for one account: stage, whether the candidate answers, epoch, share compared."""


def stages_for(account_id: str, *, snapshot: Snapshot) -> Stages:
    """Return what every flag says for an account, plain; an empty id is nobody's."""
    return {name: _told(snapshot.decisions[name][account_id or None]) for name in snapshot.flags}


def as_then(stages: Mapping[str, Mapping[str, Any]], *, snapshot: Snapshot) -> list[FlagState]:
    """Return flags that say for everybody what they said for the account then; those that came later say nothing.

    Nothing is compared by them: what would be goes nowhere, and the rows of a shadow are held meanwhile.
    """
    return [_then(flag, stages[name]) for name, flag in snapshot.flags.items() if name in stages]


def on_target(snapshot: Snapshot) -> list[FlagState]:
    """Return flags by which the candidate answers everybody, and nothing is compared."""
    return [
        replace(flag, stage=Stage.LIVE, everyone=True, excluded=frozenset(), requires=(), compared_bps=0)
        for flag in snapshot.flags.values()
    ]


def _told(decision: Decision) -> dict[str, Any]:
    return {
        "stage": decision.stage.value,
        "candidate": decision.in_cohort,
        "epoch": decision.epoch,
        "compared_bps": decision.compared_bps,
    }


def _then(flag: FlagState, told: Mapping[str, Any]) -> FlagState:
    stage = Stage(told["stage"])
    whole = replace(
        flag,
        included=frozenset(),
        excluded=frozenset(),
        share_bps=0,
        requires=(),
        epoch=told["epoch"],
        compared_bps=0,
    )
    if told["candidate"]:
        return replace(whole, everyone=True, stage=stage)
    return replace(whole, everyone=None, baseline=stage)
