"""``harness rollback``: everyone back to the baseline, at once."""

from typing import Annotated

from typer import Argument, Option

from migration_harness import queries
from migration_harness.cli.flag import report
from migration_harness.cli.output import Json, Reason, actor, console, translated
from migration_harness.exceptions import InvalidChange
from migration_harness.flags import load_snapshot
from migration_harness.operations import roll_back
from migration_harness.stages import Stage


@translated
def rollback(
    name: Annotated[str | None, Argument(help="The flag.")] = None,
    *,
    every_flag: Annotated[bool, Option("--all", help="Every flag.")] = False,
    to: Annotated[str | None, Option(help="'off' stops comparing as well.")] = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Make the control authoritative for everyone; the cohort stays for the way forward."""
    if (name is None) == (not every_flag):
        raise InvalidChange("Name one flag, or say --all.")
    if to not in (None, Stage.OFF.value):
        raise InvalidChange(f"--to takes only 'off', not {to!r}.")
    names = [flag.name for flag in queries.flag_statuses()] if name is None else [name]
    for each in names:
        before = load_snapshot()
        flip = roll_back(name=each, actor=actor(), reason=reason, to_off=to is not None)
        report(each, before=before, chosen=None, changed=flip.changed, json=json)
        if not json:
            console().print(f"  way forward     harness flag {each} --everyone unset")
