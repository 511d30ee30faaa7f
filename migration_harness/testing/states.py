"""Flags as values, for a test that says what they are."""

from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.deciding.stages import COHORT_STAGES, Stage


def flag_state(
    name: str,
    *,
    stage: Stage = Stage.LIVE,
    baseline: Stage = Stage.OFF,
    everyone: bool | None = None,
    included: frozenset[str] = frozenset(),
    excluded: frozenset[str] = frozenset(),
    share_bps: int = 0,
    compared_bps: int = 10_000,
    salt: str = "salt",
    epoch: int = 1,
    requires: tuple[str, ...] = (),
    has_store: bool = False,
) -> FlagState:
    """Return a flag with an empty cohort, changed where the arguments say so."""
    return FlagState(
        name=name,
        stage=stage,
        baseline=baseline,
        everyone=everyone,
        included=included,
        excluded=excluded,
        share_bps=share_bps,
        compared_bps=compared_bps,
        salt=salt,
        epoch=epoch,
        requires=requires,
        has_store=has_store,
    )


def flag_at(name: str, stage: Stage) -> FlagState:
    """Return a flag under which every account has ``stage``."""
    if stage in COHORT_STAGES:
        return flag_state(name, stage=stage, everyone=True)
    return flag_state(name, baseline=stage)


def snapshot_of(*flags: FlagState, epoch: int = 1) -> Snapshot:
    """Return a snapshot of these flags."""
    return Snapshot(epoch=epoch, flags={flag.name: flag for flag in flags})
