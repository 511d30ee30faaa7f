"""``harness resync``: bring one store of a flag up to date from the other."""

from dataclasses import asdict
from typing import Annotated, Final

from typer import Argument, Option

from migration_harness.authority import actions
from migration_harness.cli.acting import actor, verb
from migration_harness.cli.output import Json, Reason, console, print_json, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import bold, warning
from migration_harness.control import resync as resyncing
from migration_harness.deciding.stages import Side

_NAMED: Final = 20
"""Extra keys that are named; the rest is counted. JSON has them all."""


@verb(actions.STORES)
def resync(
    name: Annotated[str, Argument(help="The flag.")],
    *,
    to: Annotated[Side, Option("--to", help="The side whose store is brought up to date.")],
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Copy what the other store has; safe beside live traffic and to run again."""
    with progress() as shown:
        bar = shown.add_task(f"Copying to {to}", total=None)
        found = resyncing.resync(
            flag=name,
            to=to,
            actor=actor(),
            reason=reason,
            on_progress=lambda done, total: shown.update(bar, completed=done, total=total),
        )
    with telling(f"{found.flag}: {found.copied:,} keys copied to the {found.to}."):
        if json:
            print_json(asdict(found))
        else:
            _print(found)


def _print(found: resyncing.Resync) -> None:
    out = console()
    out.print(bold(found.flag), f"{found.copied:,} keys copied to the {found.to}, {found.equal:,} were equal.")
    out.print(f"  cohort's stage  {found.stage}")
    if found.extra:
        more = f" and {len(found.extra) - _NAMED:,} more" if len(found.extra) > _NAMED else ""
        named = ", ".join(found.extra[:_NAMED])
        out.print(
            warning(f"{len(found.extra):,} keys are only in the {found.to}'s store"),
            f"and were left there: {named}{more}. If they were deleted on purpose, delete them there too: "
            "whoever reads that store still finds them.",
        )
