"""What a run does next. A unit is planned, with its rows and the id of its operation, before it is begun."""

from hashlib import sha256
from typing import Final

from igny8_core.business.automation.config_models import AutomationConfig
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.run_models import AutomationRun, AutomationUnit
from igny8_core.business.automation.stages import STAGES, Stage

_DIGITS: Final = 16


def next_planned(run: AutomationRun) -> AutomationUnit | None:
    """Return the unit of the run's stage that comes next, planning a batch where none is left; None at its end."""
    stage = STAGES[run.current_stage]
    units = run.units.filter(stage=stage.number)
    return units.filter(status=AutomationUnit.Status.PLANNED).first() or _plan(run, stage)


def operation_id(run: AutomationRun, stage: Stage, rows: list[int]) -> str:
    """Return the id of a unit's operation: always the same for the same rows in the same stage of a run."""
    of = str(rows[0]) if len(rows) == 1 else sha256(",".join(map(str, sorted(rows))).encode()).hexdigest()[:_DIGITS]
    return f"automation:{run.pk}:{stage.number}:{of}"


def _plan(run: AutomationRun, stage: Stage) -> AutomationUnit | None:
    rows = _next_rows(run, stage, config_of(run.site))
    groups = [rows] if stage.whole_batch else [[row] for row in rows]
    units = [
        AutomationUnit(run=run, stage=stage.number, rows=group, operation_id=operation_id(run, stage, group))
        for group in groups
        if group
    ]
    return AutomationUnit.objects.bulk_create(units)[0] if units else None


def _next_rows(run: AutomationRun, stage: Stage, config: AutomationConfig) -> list[int]:
    """Return the rows that wait and that this run has not tried yet, a batch at most."""
    tried = [row for rows in run.units.filter(stage=stage.number).values_list("rows", flat=True) for row in rows]
    size, limit = config.batch_size(stage.number), stage.limit(config)
    if limit is not None:
        size = min(size, max(limit - len(tried), 0))
    waiting = stage.waiting(run.site).exclude(pk__in=tried)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:size])
