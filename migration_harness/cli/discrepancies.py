"""``harness discrepancies``: look at what differs, review it, explain it, make a test of it."""

from collections.abc import Sequence
from typing import Annotated, Any

from django_typer.management import Typer
from typer import Option

from migration_harness import queries
from migration_harness.cli import reviewing
from migration_harness.cli.acting import verb
from migration_harness.cli.described import as_json, probable, said, with_samples
from migration_harness.cli.explaining import explain, explanations
from migration_harness.cli.exporting import export
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.cli.reviewing import Signature
from migration_harness.cli.screen import Screen, bold
from migration_harness.cli.shadowed import print_beside
from migration_harness.comparing.scope import of_every_element
from migration_harness.models import ComparisonSample
from migration_harness.queries import Discrepancy, ProbableCause
from migration_harness.wording import counted


@verb()
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
        "Assigned",
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
        what = d.raised or _named(d)
        last = f"{d.last_at:%Y-%m-%d %H:%M:%S}"
        rows.add_row(
            d.signature,
            d.state,
            d.assignee,
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
        for cause in queries.causes_of(shown):
            if len(cause.discrepancies) > 1:
                out.print(_one_cause(cause))
    else:
        out.print("Nothing needs a review.")
    if unseen := queries.explored():
        out.print(f"{counted(len(unseen), 'more was', 'more were')} found before any traffic: harness explore")
    hidden = len(found) - len(shown)
    if hidden:
        out.print(f"{hidden} explained, fixed or acknowledged: add --all to see them.")


def _named(found: Discrepancy) -> str:
    folded = f" (and {len(found.meant):,} as expected)" if found.meant else ""
    return f"{', '.join(found.unexpected)}{folded}"


def _one_cause(cause: queries.Cause) -> str:
    signatures = ", ".join(each.signature for each in cause.discrepancies)
    return (
        f"{len(cause.discrepancies)} of them have one cause ({cause.seam}, {cause.verdict}): {cause.what}. "
        f"{cause.count:,} comparisons: {signatures}. Review all of them: harness discrepancies acknowledge "
        f"{cause.discrepancies[0].signature} --cause"
    )


@verb()
def show(signature: Signature, *, json: Json = False) -> None:
    """Show one discrepancy: what it probably comes from, and both values of its newest samples."""
    found = queries.discrepancy(signature)
    payloads = queries.samples(signature)
    cause = queries.probable_cause(found, payloads[0].payload if payloads else {})
    if json:
        print_json(with_samples(found) | {"probable": probable(cause)} | said(found))
        return
    out = console()
    out.print(bold(found.signature), f"{found.seam} · {found.verdict} · {' · '.join(found.group)} · {found.state}")
    of = f"{found.count:,} comparisons of {found.accounts} accounts" if found.count else "Found by harness explore"
    out.print(f"{of}, {found.first_at:%Y-%m-%d %H:%M:%S} to {found.last_at:%Y-%m-%d %H:%M:%S} UTC")
    _print_cause(out, cause)
    if found.raised:
        out.print(f"Raised: {found.raised}")
    if found.explanation:
        out.print(f"Explanation: {found.explanation}")
    _print_said(out, found)
    for note in dict.fromkeys(note for sample in payloads for note in sample.payload.get("notes", ())):
        out.print(f"Note: {note}")
    for inside in queries.differed_inside(payloads[0]) if payloads else ():
        out.print(f"Note: {inside}")
    _print_samples(out, found, payloads)


def _print_cause(out: Screen, cause: ProbableCause | None) -> None:
    """Print what it probably comes from, what else speaks for a cause, and who paid."""
    if cause is None:
        return
    out.print(f"Probable cause: {cause.sentence}" if cause.clues else cause.sentence)
    for clue in cause.clues[1:]:
        out.print(f"Also: {clue.sentence}")
    out.print(cause.who_paid)


def _print_said(out: Screen, found: Discrepancy) -> None:
    """Print what people have said of it."""
    if found.review:
        out.print(f"{found.review.state} by {found.review.actor}: {found.review.reason}")
    if found.assignment:
        by = found.assignment
        out.print(f"Assigned to {by.assignee} by {by.actor}, {by.at:%Y-%m-%d %H:%M:%S} UTC")
    _print_notes(out, found.signature)
    for each in queries.explanations_of(found):
        out.print(f"Explanation {each.pk} is {queries.standing(each)}, until {each.expires}: {each.reason}")


def _print_samples(out: Screen, found: Discrepancy, payloads: Sequence[ComparisonSample]) -> None:
    """Print the fields that differ, and in a line those that a rule expects."""
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
            if of_every_element(d["path"]) in found.meant:
                continue
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
    if found.meant:
        fields = counted(len(found.meant), "more field differs", "more fields differ")
        out.print(f"{fields} as a rule expects: {', '.join(found.meant)}. With --json all of them are shown.")
    if payloads:
        print_beside(out, queries.beside_of(payloads[0]))


def _print_notes(out: Screen, signature: str) -> None:
    """Print what people wrote; a further line of a note stands to the right, where it is taken for nothing else."""
    for note in queries.notes(signature):
        first, *others = note.text.splitlines() or [""]
        out.print(f"Note of {note.actor}, {note.at:%Y-%m-%d %H:%M:%S} UTC: {first}")
        for line in others:
            out.print(f"  {line}")


app: Any = Typer(help="List, show, review and explain discrepancies.")
app.command("list")(list_)
for each in (
    show,
    reviewing.note,
    reviewing.assign,
    reviewing.acknowledge,
    reviewing.fixed,
    reviewing.reopen,
    explain,
    explanations,
    export,
):
    app.command()(each)
