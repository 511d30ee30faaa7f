"""What the page of a cause shows, and what a review of it would do."""

from dataclasses import dataclass
from datetime import datetime

from dashboards.commands import HARNESS, REASON, Command
from dashboards.discrepancies.rows import Rows, rows_of
from dashboards.labels import VERDICTS, Label
from dashboards.previews import Fact, Preview
from migration_harness import queries
from migration_harness.queries import Cause
from migration_harness.wording import counted

MOST: int = 100
"""Discrepancies of a cause that are shown, and named before a review."""
VERBS = {"acknowledged": "acknowledge", "fixed": "fixed", "open": "reopen"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CausePage:
    """The whole page; ``states`` are what a review may say that changes something."""

    at: datetime
    found: Cause
    verdict: Label
    rows: Rows
    states: dict[str, str]
    commands: list[Command]


def cause_page(name: str, *, now: datetime) -> CausePage:
    """Read one cause and shape it; raises UnknownDiscrepancy."""
    found = queries.cause_named(name)
    seam = queries.seam_named(found.seam)
    states = {state: verb for state, verb in VERBS.items() if found.to_review(state)}
    first = found.discrepancies[0].signature
    return CausePage(
        at=now,
        found=found,
        verdict=VERDICTS[found.verdict],
        rows=rows_of(list(found.discrepancies), {found.seam: seam.measure if seam else None}, most=MOST),
        states=states,
        commands=[
            Command(purpose=f"All of them: {state}", line=f"{HARNESS} discrepancies {verb} {first} --cause {REASON}")
            for state, verb in states.items()
        ],
    )


def of_review(found: Cause, state: str) -> Preview:
    """Tell which discrepancies a review of a cause would change."""
    changed = found.to_review(state)
    named = "; ".join(" · ".join(each.group) or each.signature for each in changed[:MOST])
    more = f" and {len(changed) - MOST:,} more" if len(changed) > MOST else ""
    calls = counted(sum(each.count for each in changed), "call")
    left = len(found.discrepancies) - len(changed)
    return Preview(
        question=f"{found.seam}, {found.what}: is all of it {state}?",
        facts=[
            Fact(term="Changes", text=f"{counted(len(changed), 'discrepancy', 'discrepancies')} with {calls}"),
            Fact(term="Groups", text=f"{named}{more}" if changed else "none"),
            Fact(term="Stays as it is", text=f"{left:,} that are explained, or {state} already"),
        ],
        button=f"Say {state} of all of them",
    )


def seen_of(found: Cause) -> str:
    """Return what a preview rested on: each discrepancy with its state."""
    return " ".join(sorted(f"{each.signature}:{each.state}" for each in found.discrepancies))
