"""``harness operations``: what whole operations did, as they were recorded, and which laws they obey."""

from dataclasses import asdict
from typing import Annotated, Any, Final

from django.utils import timezone
from django_typer.management import Typer
from typer import Argument, Option

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.operations_files import explain, export, verify
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.cli.screen import Screen, bold, good, warning
from migration_harness.cli.shadowed import print_shadow, shadow, told_of_shadow
from migration_harness.models import RecordedOperation
from migration_harness.operations.declaring import operations
from migration_harness.operations.effects import Row, StepKind
from migration_harness.operations.keeping import recording_of
from migration_harness.operations.triggers import lacking

MOST_LISTED: Final = 1_000


@verb()
def list_(
    *,
    kind: Annotated[str, Option("--kind", help="Only operations of this kind.")] = "",
    unlawful: Annotated[bool, Option("--unlawful", help="Only those that break a law.")] = False,
    limit: Annotated[int, Option("--limit", min=1, max=MOST_LISTED, help="How many at most.")] = 50,
    json: Json = False,
) -> None:
    """List the operations that were recorded, the newest first."""
    found = queries.recorded_operations(kind=kind, broken=unlawful, limit=limit)
    if json:
        print_json({"operations": [_summary(each) for each in found], "not_captured": lacking()})
        return
    out = console()
    rows = table(
        "Number",
        "Began (UTC)",
        "Kind",
        "Operation",
        "Account",
        "Path",
        "ms",
        "Laws",
        "Shadow",
        numbers=("Number", "ms"),
    )
    for each in found:
        laws = f"breaks {', '.join(each.broken)}" if each.broken else f"obeys {len(each.held)}"
        began = f"{each.at:%Y-%m-%d %H:%M:%S}"
        ms = f"{each.duration_ms:,.0f}"
        row = (str(each.pk), began, each.kind, each.operation_id, each.account_id, each.execution_path, ms, laws)
        rows.add_row(*row, each.shadow)
    out.print(rows if found else "No operation was recorded.")
    for model in lacking():
        out.print(warning("not captured"), f"{model}: its table has no trigger. Run python manage.py migrate.")


@verb()
def show(
    operation: Annotated[str, Argument(help="Its number, or the operation's own id.")], *, json: Json = False
) -> None:
    """Show what one operation was given, what it did, and which laws it obeys."""
    found = queries.recorded_operation(operation)
    if json:
        did = {"inputs": found.inputs, "outcome": found.outcome, "rows": found.rows, "steps": found.steps}
        print_json({**_summary(found), **did, "beside": found.beside})
        return
    out = console()
    out.print(bold(f"{found.kind} {found.operation_id}"), f"account {found.account_id}, {found.execution_path}")
    out.print(f"{found.at:%Y-%m-%d %H:%M:%S} UTC, {found.duration_ms:,.0f} ms, revision {found.revision or 'unknown'}")
    out.print(f"It raised {found.error}." if found.error else f"It returned {found.outcome}.")
    for sentence in found.missing:
        out.print(warning("not whole"), sentence)
    _print_laws(out, found)
    _print_effects(out, found)
    print_shadow(out, found)


@verb()
def laws(*, json: Json = False) -> None:
    """List the laws that operations must obey, and what was recorded of each kind in a week."""
    kinds = queries.kinds_recorded_lately(now=timezone.now())
    declared = [{"name": law.name, "sentence": law.sentence, "kinds": sorted(law.kinds)} for law in operations().laws]
    if json:
        print_json({"laws": declared, "kinds": [asdict(each) for each in kinds]})
        return
    out = console()
    rows = table("Law", "What must hold", "Of operations")
    for law in operations().laws:
        rows.add_row(law.name, law.sentence, ", ".join(sorted(law.kinds)) or "all")
    out.print(rows)
    counts = table("Kind", "Recorded", "Unlawful", "Not whole", numbers=("Recorded", "Unlawful", "Not whole"))
    for each in kinds:
        counts.add_row(each.kind, f"{each.recorded:,}", f"{each.broken:,}", f"{each.cut:,}")
    out.print(counts)


def _summary(found: RecordedOperation) -> dict[str, Any]:
    names = (
        "kind", "operation_id", "account_id", "execution_path", "revision", "run", "at", "duration_ms", "error",
        "missing", "held", "broken", "unsaid",
    )  # fmt: skip
    return {"number": found.pk, **{name: getattr(found, name) for name in names}, **told_of_shadow(found)}


def _print_laws(out: Screen, found: RecordedOperation) -> None:
    sentences = {law.name: law.sentence for law in operations().laws}
    for names, style, word in (
        (found.broken, warning, "breaks"),
        (found.held, good, "obeys"),
        (found.unsaid, bold, "does not tell"),
    ):
        for name in names:
            out.print(style(word), f"{name}: {sentences.get(name, 'not declared any more')}")


def _print_effects(out: Screen, found: RecordedOperation) -> None:
    recording = recording_of(found)
    steps = table("Step", "Name", "What it said", "What came back")
    for step in recording.steps:
        back = "" if step.answer is None else _short(step.answer)
        steps.add_row(step.kind.value, step.name, _short(step.payload), back if step.kind is StepKind.SENT else "")
    rows = table("Row", "Key", "Became", "Columns")
    for row in recording.rows:
        rows.add_row(row.model, row.key, row.change.value, _short(_columns(row)))
    for shown in (steps, rows):
        if shown.row_count:
            out.print(shown)


def _columns(row: Row) -> dict[str, Any]:
    """Return what is new of a row: of an update the columns that changed, with both values."""
    before, after = row.before or {}, row.after or {}
    if row.before is None or row.after is None:
        return dict(after or before)
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def _short(value: object, most: int = 300) -> str:
    text = str(value)
    return text if len(text) <= most else f"{text[:most]}…"


app: Any = Typer(help="What whole operations did, and the laws that they obey.")
app.command("list")(list_)
app.command()(show)
app.command()(laws)
app.command()(shadow)
app.command()(export)
app.command()(verify)
app.command()(explain)
