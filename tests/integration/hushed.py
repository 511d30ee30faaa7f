"""A plan of its own with two seams, of which one may fall silent while the other goes on."""

from datetime import timedelta
from types import MappingProxyType
from uuid import uuid4

import pytest

from migration_harness.api import ExecutionPath, GateName, Phase, Plan, PlannedFlag, strata
from migration_harness.deciding.registry import seams
from migration_harness.models import RecordedOperation
from migration_harness.seams.seam import Seam
from tests.trial_flag import FLAG, create_trial_flag

from .evidence_rows import NOW, compared

MINUTE = timedelta(minutes=1)
PATHS = (ExecutionPath.MANUAL, ExecutionPath.RUN_NOW)
PLAN = Plan(
    phases=(
        Phase(
            number=1,
            name="Trial",
            risk="none",
            way_back="go back",
            flags=(PlannedFlag(name=FLAG, owner="tests", seams=("trial.key", "trial.cost")),),
            entering=(GateName.SILENCE, GateName.DISCREPANCIES),
            strata=tuple(strata(paths=PATHS, operations=["openai"], model="text")),
        ),
    )
)
KEY = MappingProxyType({"seam": "trial.key", "operation": "openai", "model": "text", "revision": "r"})
COST = MappingProxyType({"seam": "trial.cost", "operation": "clustering", "model": "oak", "revision": "r"})


@pytest.fixture
def hushed(db, monkeypatch, settings):
    """Have the plan, its flag in shadow and its seams, alone in the registry."""
    monkeypatch.setattr(seams, "_by_name", {})
    settings.HARNESS = settings.HARNESS | {"PLAN": f"{__name__}.PLAN"}
    create_trial_flag()
    for name in ("trial.key", "trial.cost"):
        Seam(
            name=name, flag=FLAG, control=lambda *, account: 1, candidate=lambda *, account: 1,
            subject=lambda *, account: account,
        )  # fmt: skip


def called(minutes, *, since=0, now=NOW, **call):
    """Have one call in each of so many minutes, the last of them ``since`` minutes before what is as good as now."""
    for ago in range(since, since + minutes):
        compared(1, at=now - (ago + 3) * MINUTE, **call)


def fallen_silent(*, now=NOW):
    """Have a seam called for 40 minutes and not in the 20 since, while the other one was in all of them."""
    called(60, now=now, **COST)
    called(40, since=20, now=now, **KEY)


def recorded(minutes, *, now=NOW):
    """Have an operation recorded in each of so many minutes."""
    RecordedOperation.objects.bulk_create(
        RecordedOperation(
            recording=uuid4(), kind="trial", execution_path="manual", at=now - (ago + 3) * MINUTE, duration_ms=1.0,
            inputs={}, rows=[], steps=[],
        )
        for ago in range(minutes)
    )  # fmt: skip
