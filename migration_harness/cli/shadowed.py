"""``harness operations shadow``: what came of recorded operations that were run again on both sides."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from django.utils import timezone
from typer import Option

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.conf import shadow_ms, shadowed_bps
from migration_harness.models import RecordedOperation
from migration_harness.operations.beside import Beside
from migration_harness.operations.shadowing import Shadow
from migration_harness.operations.shadows import SWITCH, is_on

STATES = tuple(Shadow)


@verb()
def shadow(
    *, days: Annotated[int, Option("--days", min=1, max=366, help="Of how many days.")] = 7, json: Json = False
) -> None:
    """Show what came of the operations that were run again on both sides, and why others were not compared."""
    since = timezone.now() - timedelta(days=days)
    kinds, reasons = queries.kinds_shadowed(since=since), queries.why_not_compared(since=since)
    if json:
        print_json(
            {
                "share_bps": shadowed_bps(),
                "switch": {"name": SWITCH, "on": is_on()},
                "kinds": [
                    {"kind": each.kind, **each.states, "longest_ms": round(each.longest_ms, 1)} for each in kinds
                ],
                "not_compared": [
                    {
                        "kind": each.kind,
                        "state": each.state,
                        "why": each.why,
                        "what_to_do": each.what_to_do,
                        "count": each.count,
                    }
                    for each in reasons
                ],
            }
        )
        return
    out = console()
    if not is_on():
        out.print(warning("switched off"), f"python manage.py waffle_switch {SWITCH} on")
    if not kinds:
        share = f"{shadowed_bps() / 100:g} % of the recorded operations"
        out.print(f"No operation was shadowed in {days} days: {share} are, by the setting SHADOWED_BPS.")
        return
    names = ("Matched", "Explained", "Differed", "Unreproducible", "Skipped", "Due")
    rows = table("Kind", *names, "Longest ms", numbers=(*names, "Longest ms"))
    for each in kinds:
        counts = [f"{each.states[Shadow(name.lower())]:,}" for name in names]
        rows.add_row(each.kind, *counts, f"{each.longest_ms:,.0f}")
    out.print(rows)
    out.print(f"A transaction is open for {shadow_ms()} ms at most, and ends where anybody waits for it.")
    if reasons:
        whys = table("Kind", "Not compared", "Why", "Operations", numbers=("Operations",))
        for reason in reasons:
            whys.add_row(reason.kind, reason.state, reason.why, f"{reason.count:,}")
        out.print(whys)
        for advice in dict.fromkeys(each.what_to_do for each in reasons if each.what_to_do):
            taken = sum(each.count for each in reasons if each.what_to_do == advice)
            out.print(warning(f"{taken:,} not compared"), advice)


def told_of_shadow(kept: RecordedOperation) -> dict[str, Any]:
    """Return what came of one, for ``--json``; empty where it was not to be shadowed."""
    if not kept.shadow:
        return {}
    return {
        "shadow": {
            "state": kept.shadow,
            "why": kept.shadow_why,
            "discrepancy": kept.shadow_signature,
            "at": kept.shadowed_at,
            "held_ms": kept.shadow_ms,
        }
    }


def print_shadow(out: Screen, kept: RecordedOperation) -> None:
    """Say what came of one, with both runs where they differ."""
    if not kept.shadow:
        return
    why = f": {kept.shadow_why}" if kept.shadow_why else ""
    discrepancy = f", discrepancy {kept.shadow_signature}" if kept.shadow_signature else ""
    style = warning if kept.shadow in (Shadow.DIFFERED, Shadow.UNREPRODUCIBLE) else bold
    out.print(style(f"shadow {kept.shadow}"), f"{why}{discrepancy}".lstrip(":, "))
    print_beside(out, queries.beside_kept(kept))


def print_beside(out: Screen, lines: Sequence[Beside]) -> None:
    """Print both runs side by side, what differs first; nothing where there are none."""
    rows = table("Effect", "As it was decided", "On the target side")
    for line in sorted(lines, key=lambda each: not each.differs):
        rows.add_row(f"≠ {line.what}" if line.differs else line.what, line.control, line.candidate)
    if rows.row_count:
        out.print(rows)
