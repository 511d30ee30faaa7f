"""For the tests of a host project: flags as a test wants them, without the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from migration_harness import notices
from migration_harness.deciding import source
from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.deciding.stages import COHORT_STAGES, Stage
from migration_harness.errors import reporter
from migration_harness.log import recorder
from migration_harness.reviewing import stored_rules
from migration_harness.rollout.automatic import watching
from migration_harness.seams import keeping
from migration_harness.seams.deferred import working
from migration_harness.seams.fixed import decided_by
from migration_harness.tombstones import reporter as tombstones


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


@contextmanager
def fixed_flags(*flags: FlagState) -> Iterator[Snapshot]:
    """Decide by these flags, whatever the database says; inside a charge too."""
    with decided_by(flags, epoch=1) as snapshot:
        yield snapshot


def forget() -> None:
    """Begin anew: no snapshot, no stored rule, no buffered comparison, nothing counted, nothing said."""
    watching.finish()
    source.forget()
    stored_rules.rules.forget()
    recorder.forget()
    working.forget()
    reporter.forget()
    tombstones.forget()
    notices.forget()
    keeping.forget()
