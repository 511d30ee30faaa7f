"""``harness flag NAME --create``: a flag as the plan has it, or one that seams ask and no plan names."""

from migration_harness.cli.acting import whoever
from migration_harness.cli.output import console, print_json
from migration_harness.cli.screen import bold, standard_output
from migration_harness.control.creation import create_flag
from migration_harness.deciding.registry import seams
from migration_harness.deciding.stages import Stage, stage_named
from migration_harness.exceptions import InvalidChange, UnknownFlag
from migration_harness.plan import PlannedFlag, plan
from migration_harness.seams.write_seam import WriteSeam


def create(name: str, *, baseline: str | None, alone: bool, reason: str, json: bool) -> None:
    """Create a flag with an empty cohort; one that exists stays as it is. Raises UnknownFlag, InvalidChange."""
    if not alone:
        raise InvalidChange("--create goes with --baseline and --reason alone. Nothing was changed.")
    stage = Stage.OFF if baseline is None else stage_named(baseline)
    planned = plan().flag_named(name) or _asked_by_seams(name, reason)
    standard_output()
    created = create_flag(planned=planned, baseline=stage, actor=whoever().name)
    if json:
        print_json({"flag": name, "created": created, "baseline": stage.value if created else None})
        return
    told = f"is created; everybody is at {stage.value}." if created else "is there already, and stays as it is."
    console().print(bold(name), told)


def _asked_by_seams(name: str, reason: str) -> PlannedFlag:
    asking = [seam for seam in seams if seam.flag == name]
    if not asking:
        known = ", ".join(sorted({*(each.name for each in plan().flags), *(seam.flag for seam in seams)})) or "none"
        raise UnknownFlag(f"Neither the plan nor a seam names the flag {name!r}. Named: {known}.")
    return PlannedFlag(
        name=name,
        owner=whoever().name,
        note=reason,
        seams=tuple(seam.name for seam in asking),
        has_store=any(isinstance(seam, WriteSeam) for seam in asking),
    )
