"""``harness discrepancies``: review what differs."""

import json as jsons
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from django_typer.management import Typer
from typer import Argument, Option

from migration_harness import queries
from migration_harness.cli.output import Json, actor, console, print_json, table, translated
from migration_harness.exceptions import InvalidChange
from migration_harness.models import DiscrepancyReview
from migration_harness.operations import review_discrepancy
from migration_harness.queries import Discrepancy

Signature = Annotated[str, Argument(help="The discrepancy, as list shows it.")]
ReviewReason = Annotated[str, Option("--reason", help="Why; it goes into the audit trail.")]
State = DiscrepancyReview.State


@translated
def list_(
    *,
    every: Annotated[bool, Option("--all", help="Also what is explained, fixed or acknowledged.")] = False,
    json: Json = False,
) -> None:
    """List what needs a review, the most frequent first."""
    found = queries.discrepancies()
    shown = found if every else [d for d in found if d.state in ("open", "reopened")]
    if json:
        print_json([as_json(d) for d in shown])
        return
    numbers = ("Count", "Accounts", "Legacy", "New")
    rows = table(
        "Discrepancy",
        "State",
        "Seam",
        "Verdict",
        "Group",
        "Differs in",
        *numbers,
        "Last (UTC)",
        numbers=numbers,
    )
    for d in shown:
        sums = (queries.plain(d.control_sum), queries.plain(d.candidate_sum)) if d.control_sum is not None else ("", "")
        what = ", ".join(d.paths)
        last = f"{d.last_at:%Y-%m-%d %H:%M:%S}"
        rows.add_row(
            d.signature,
            d.state,
            d.seam,
            d.verdict,
            " · ".join(d.group),
            what,
            f"{d.count:,}",
            str(d.accounts),
            *sums,
            last,
        )
    out = console()
    if shown:
        out.print(rows)
    else:
        out.print("Nothing needs a review.")
    hidden = len(found) - len(shown)
    if hidden:
        out.print(f"{hidden} explained, fixed or acknowledged: add --all to see them.")


@translated
def show(signature: Signature, *, json: Json = False) -> None:
    """Show one discrepancy with both values of its newest samples."""
    found = queries.discrepancy(signature)
    payloads = queries.samples(signature)
    if json:
        print_json(as_json(found) | {"samples": [_sample_json(sample) for sample in payloads]})
        return
    out = console()
    out.print(f"[bold]{found.signature}[/] {found.seam} · {found.verdict} · {' · '.join(found.group)} · {found.state}")
    out.print(
        f"{found.count:,} comparisons of {found.accounts} accounts, "
        f"{found.first_at:%Y-%m-%d %H:%M:%S} to {found.last_at:%Y-%m-%d %H:%M:%S} UTC"
    )
    if found.explanation:
        out.print(f"Explanation: {found.explanation}")
    if found.review:
        out.print(f"{found.review.state} by {found.review.actor}: {found.review.reason}")
    for note in dict.fromkeys(note for sample in payloads for note in sample.payload.get("notes", ())):
        out.print(f"Note: {note}", markup=False)
    rows = table(
        "Account",
        "Operation",
        "Field",
        "Kind",
        "Control",
        "Candidate",
        "Expected",
        numbers=("Control", "Candidate", "Expected"),
    )
    for sample in payloads:
        for d in sample.payload["differences"]:
            expected = str(sample.payload.get("expected", ""))
            rows.add_row(
                sample.account_id,
                sample.operation_id,
                d["path"],
                f"{d['kind']}: {d['note']}" if "note" in d else d["kind"],
                str(d["control"]),
                str(d["candidate"]),
                expected,
            )
    out.print(rows)


@translated
def acknowledge(signature: Signature, *, reason: ReviewReason = "") -> None:
    """Say that somebody has seen it and is on it."""
    _review(signature, State.ACKNOWLEDGED, reason)


@translated
def fixed(signature: Signature, *, reason: ReviewReason = "") -> None:
    """Say that it is fixed; it reopens by itself when it comes back."""
    _review(signature, State.FIXED, reason)


@translated
def reopen(signature: Signature, *, reason: ReviewReason = "") -> None:
    """Take a review back."""
    _review(signature, State.OPEN, reason)


@translated
def export(path: Annotated[Path, Argument(help="The JSON file to write.")]) -> None:
    """Write all discrepancies with their samples to a file."""
    found = [
        as_json(d) | {"samples": [_sample_json(sample) for sample in queries.samples(d.signature)]}
        for d in queries.discrepancies()
    ]
    with path.open("w") as file:
        file.write(_dumps(found))
    console().print(f"{len(found)} discrepancies written to {path}.")


def _review(signature: str, state: State, reason: str) -> None:
    if not reason:
        raise InvalidChange("A review needs a reason: add --reason '…'.")
    found = queries.discrepancy(signature)
    review_discrepancy(signature=signature, state=state, actor=actor(), reason=reason)
    console().print(f"{signature} ({found.seam}, {' · '.join(found.group)}): {found.state} → {state.value}")


def as_json(found: Discrepancy) -> dict[str, Any]:
    """Return a discrepancy as scripts read it."""
    values = asdict(found)
    review = values.pop("review")
    return values | {
        "review": None if review is None else {"state": review.state, "actor": review.actor, "reason": review.reason}
    }


def _sample_json(sample: Any) -> dict[str, Any]:
    return {
        "account_id": sample.account_id,
        "operation_id": sample.operation_id,
        "at": sample.at.isoformat(),
        **sample.payload,
    }


def _dumps(value: Any) -> str:
    return jsons.dumps(value, indent=2, default=str)


app: Any = Typer(help="List, show and review discrepancies.")
app.command("list")(list_)
for verb in (show, acknowledge, fixed, reopen, export):
    app.command()(verb)
