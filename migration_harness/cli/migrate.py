"""``harness migrate``: schema migrations of one kind, before a deploy or after it."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Final

from rich.table import Table
from typer import Option, confirm

from migration_harness.authority import actions
from migration_harness.cli.acting import actor, ask, verb
from migration_harness.cli.output import Json, Reason, console, print_json, table, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.database import alias
from migration_harness.exceptions import InvalidChange
from migration_harness.schema.kinds import Kind
from migration_harness.schema.planning import Loss, SchemaPlan, schema_plan
from migration_harness.schema.running import run

_NAMED: Final = 20


@verb()
def migrate(
    *,
    pre: Annotated[bool, Option("--pre", help="What adds, before the new code is deployed.")] = False,
    post: Annotated[bool, Option("--post", help="What takes away, after the last process of the old code.")] = False,
    plan: Annotated[bool, Option("--plan", help="Only show what would be run.")] = False,
    database: Annotated[str | None, Option(help="An alias of DATABASES; else that of the harness.")] = None,
    yes: Annotated[bool, Option("--yes", "--no-input", help="Do not ask before something is dropped.")] = False,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Run schema migrations of one kind; the other kind waits."""
    if pre == post:
        raise InvalidChange("Say which: --pre before the new code is deployed, or --post after the old code.")
    if not plan:
        ask(actions.MIGRATE)
    found = schema_plan(Kind.PRE if pre else Kind.POST, database=database or alias())
    if not json:
        _print_plan(console(), found)
    if not plan:
        _confirm(found, yes=yes)
        _run(found, reason=reason)
    with telling("" if plan else "The schema migrations were run."):
        if json:
            print_json(_as_json(found) | {"applied": not plan})
        elif not plan and found.migrations:
            console().print(f"{len(found.migrations):,} applied.")


def _confirm(found: SchemaPlan, *, yes: bool) -> None:
    if not found.is_lossy or yes:
        return
    if not sys.stdin.isatty():
        raise InvalidChange("Nobody can be asked here whether to drop that: add --yes. Nothing was run.")
    confirm("Drop that? Only a backup brings it back.", abort=True, err=True)


def _run(found: SchemaPlan, *, reason: str) -> None:
    with progress() as bar:
        task = bar.add_task("Migrating", total=len(found.targets))

        def show(app_label: str) -> None:
            bar.update(task, description=f"Migrating {app_label}", advance=1)

        run(found, actor=actor(), reason=reason, on_app=show)


def _print_plan(out: Screen, found: SchemaPlan) -> None:
    if not found.migrations:
        out.print(f"No {found.kind} migration waits.")
    for each in found.migrations:
        out.print(bold(f"{each.app_label}.{each.name}"), f"({found.kind})")
        for operation in each.operations:
            out.print(f"  {operation}")
    if found.losses:
        out.print(losses_table(found.losses[:_NAMED]))
        if len(found.losses) > _NAMED:
            out.print(f"And {len(found.losses) - _NAMED:,} more.")
    if found.others:
        out.print(warning(f"{found.others:,} of the other kind wait: harness migrate --{found.kind.other}"))


def losses_table(losses: Sequence[Loss]) -> Table:
    """Return what goes from the schema, with the rows that have something there."""
    lost = table("Drops", "Rows", numbers=("Rows",))
    for loss in losses:
        lost.add_row(str(loss.taken), _rows(loss))
    return lost


def _rows(loss: Loss) -> str:
    return "not known" if loss.rows is None else f"{loss.rows:,}"


def _as_json(found: SchemaPlan) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "database": found.database,
        "migrations": [
            {
                "app": each.app_label,
                "name": each.name,
                "operations": list(each.operations),
                "drops": [
                    asdict(loss.taken) | {"rows": loss.rows, "sentence": str(loss.taken)} for loss in each.losses
                ],
            }
            for each in found.migrations
        ],
        "others": found.others,
    }
