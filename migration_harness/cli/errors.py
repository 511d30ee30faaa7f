"""``harness errors``: the errors of the log that were kept, and whether the days were quiet."""

from dataclasses import asdict
from typing import Annotated

from django.utils import timezone
from typer import Option

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.cli.screen import bold
from migration_harness.queries.quiet import DAYS


@verb()
def errors(
    *,
    days: Annotated[int, Option("--days", min=1, max=90, help="Look so many days back.")] = DAYS,
    json: Json = False,
) -> None:
    """Show the errors of the last days, each with how often it came, and whether anybody would have told of one."""
    found = queries.quietness(days=days, now=timezone.now())
    if json:
        print_json(asdict(found))
        return
    out = console()
    out.print(bold(found.answer), found.sentence)
    if found.kept:
        rows = table("Last (UTC)", "Times", "Event", "Logger", "Sample", numbers=("Times",))
        for each in found.kept:
            rows.add_row(f"{each.last_at:%Y-%m-%d %H:%M:%S}", f"{each.times:,}", each.event, each.logger, each.sample)
        out.print(rows)
