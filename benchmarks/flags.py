"""Flags as the service has them: rows of the scratch database, changed through the harness."""

from collections.abc import Callable
from typing import Any

from benchmarks import workload
from migration_harness.api import PlannedFlag, Seam, Stage, create_flag
from migration_harness.control import gating
from migration_harness.control.flips import FlagChange, change_flag


def seam_at(
    name: str,
    *,
    baseline: Stage = Stage.OFF,
    change: FlagChange | None = None,
    control: Callable[..., Any] = workload.control,
    slow: Callable[..., Any] | None = None,
) -> Seam:
    """Return a seam over the workload whose flag of the same name was created at ``baseline``, then changed.

    ``slow``: a candidate for whom nobody waits; the seam is deferred.
    """
    create_flag(planned=PlannedFlag(name=name, owner="benchmarks", note=""), baseline=baseline, actor="benchmarks")
    if change is not None:
        change_flag(name=name, change=change, actor="benchmarks", reason="to be measured")
    return Seam(
        name=name,
        flag=name,
        control=control,
        candidate=slow or workload.candidate,
        subject=lambda *, account, **_: account.pk,
        group_by=lambda *, operation, model, **_: (operation, model),
        measure="credits",
        pure=True,
        deferred=slow is not None,
    )


def open_gates() -> None:
    """Have this process ask nobody about a way forward: the way back is measured, in a database with no evidence."""
    gating.answer_by(lambda _: gating.Admission())
