"""``harness operations export`` and ``verify``: recorded operations in a file, and a revision tried on them."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Exit, Option

from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.cli.acting import known, verb, whoever
from migration_harness.cli.output import FAILED, Json, Reason, console, print_json, table, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import bold, good, warning
from migration_harness.comparing.difference import Difference
from migration_harness.exceptions import Unwritable
from migration_harness.operations import verifying, world
from migration_harness.operations.declaring import operations
from migration_harness.operations.file import OperationsFile
from migration_harness.operations.scratch import scratch_database
from migration_harness.operations.verifying import Differing, Verified
from migration_harness.reviewing import effects
from migration_harness.rollout.revision import name_of_running
from migration_harness.wording import counted

MOST_PATHS = 12
File = Annotated[Path, Argument(help="The file.", show_default=False)]


@verb(actions.CARRY)
def export(
    path: File,
    *,
    kind: Annotated[str, Option("--kind", help="Only operations of this kind.")] = "",
    each: Annotated[int, Option("--each", min=1, max=1_000, help="How many of a kind at most, the newest.")] = 20,
    json: Json = False,
) -> None:
    """Write recorded operations into a file: as this revision does them on stand-ins for every text of people."""
    kept = queries.operations_to_carry(kind=kind, each=each)
    if not path.parent.is_dir():
        raise Unwritable(f"There is no folder {path.parent} to write {path.name} into. Make it first.")
    shared, snapshot = world.shared_rows(), queries.snapshot()
    with progress() as shown:
        bar = shown.add_task("Making a scratch database", total=None)
        with scratch_database():
            shown.update(bar, description="Running operations on stand-ins")
            made = verifying.export(
                kept=kept,
                shared=shared,
                snapshot=snapshot,
                revision=name_of_running(),
                on_done=lambda done, total: shown.update(bar, completed=done, total=total),
            )
    made.file.write(path)
    carried = len(made.file.carried)
    if json:
        print_json({"file": str(path), "operations": carried, "left_out": dict(made.left_out)})
    else:
        out = console()
        out.print(f"{carried:,} operations are in {path}.")
        for reason, number in made.left_out.most_common():
            out.print(f"{number:,} left out: {reason}.")
    if not carried:
        raise Exit(FAILED)


@verb(actions.CARRY)
def verify(path: File, *, json: Json = False) -> None:
    """Run the operations of a file on this revision, in a scratch database, and name every effect that differs."""
    file = OperationsFile.read(path)
    found = _verified(file)
    if json:
        print_json(_as_json(file, found))
    else:
        _print(file, found)
    if not found.is_the_same:
        raise Exit(FAILED)


@verb(actions.REVIEW)
def explain(
    path: File,
    signature: Annotated[str, Argument(help="The way in which operations differ, as verify names it.")],
    *,
    owner: Annotated[str, Option("--owner", help="Who answers for it; else whoever proposes it.")] = "",
    expires: Annotated[datetime | None, Option("--expires", formats=["%Y-%m-%d"], help="Its last day.")] = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Propose that a difference of verify is meant; another person approves it: discrepancies explain --approve."""
    way = effects.way_of(_verified(OperationsFile.read(path)), signature)
    made = known(
        lambda: effects.propose(
            way=way,
            reason=reason,
            owner=owner,
            expires=expires and expires.date(),
            today=_today(),
            actor=whoever(),
        ),
        subject=signature,
    )
    with telling(f"Proposed as explanation {made.pk}."):
        if json:
            print_json(queries.described(made))
            return
        _print_way(console(), way)
        console().print(
            f"Proposed as explanation {made.pk}, until {made.expires}. Another person puts it in force: "
            f"harness discrepancies explain --approve {made.pk}"
        )


def _verified(file: OperationsFile) -> Verified:
    # What people have approved is in this database, and not in the scratch.
    rules = [*operations().explain_revision, *queries.rules_of_effects()]
    with progress() as shown:
        bar = shown.add_task("Making a scratch database", total=None)
        with scratch_database():
            shown.update(bar, description="Running operations", total=len(file.carried))
            return verifying.verify(
                file, rules=rules, today=_today(), on_done=lambda done, _total: shown.update(bar, completed=done)
            )


def _today() -> date:
    return datetime.now(UTC).date()


def _as_json(file: OperationsFile, found: Verified) -> dict[str, Any]:
    return {
        "revision": file.revision,
        "ran": found.ran,
        "failed": found.failed,
        "left_aside": [asdict(each) for each in found.left_aside],
        "expired": found.expired,
        "differing": [{**asdict(each), "differences": _rendered(each.differences)} for each in found.differing],
    }


def _rendered(found: tuple[Difference, ...]) -> list[dict[str, Any]]:
    return [
        {"path": each.path, "kind": str(each.kind), "recorded": str(each.control), "now": str(each.candidate)}
        for each in found
    ]


def _print(file: OperationsFile, found: Verified) -> None:
    out = console()
    for told in found.failed:
        out.print(warning("could not be run"), told)
    for each in found.differing:
        _print_way(out, each)
    for aside in found.left_aside:
        differ = counted(aside.count, "operation differs", "operations differ")
        out.print(bold("left aside"), f"{differ} as {aside.name} says, until {aside.expires}: {aside.reason}")
    for name in found.expired:
        out.print(warning("expired"), f"{name} would have explained some of it: its last day is over.")
    of = f"revision {file.revision}" if file.revision else "the revision that wrote the file"
    if found.is_the_same:
        same = found.ran - sum(aside.count for aside in found.left_aside)
        out.print(good("the same"), f"{same:,} operations do what {of} did.")
    elif not found.ran:
        out.print(warning("unknown"), "Not one operation could be run, so nobody knows what this revision does.")
    elif not found.differing:
        out.print(warning("unknown"), f"{len(found.failed):,} operations could not be run; {found.ran:,} are the same.")
    else:
        number = sum(each.count for each in found.differing)
        out.print(warning("differs"), f"{number:,} of {found.ran:,} operations do something else than {of}.")


def _print_way(out: Any, each: Differing) -> None:
    out.print(bold(f"{each.signature} {each.kind}"), f"{each.count:,} times, first {each.operation_id}")
    if each.raised:
        out.print(warning("raised"), f"at {each.raised}")
    rows = table("Effect", "Kind", "Recorded", "Now")
    for apart in each.differences[:MOST_PATHS]:
        rows.add_row(apart.path, str(apart.kind), _short(apart.control), _short(apart.candidate))
    out.print(rows)
    if (more := len(each.differences) - MOST_PATHS) > 0:
        out.print(f"and {more:,} more")


def _short(value: object, most: int = 120) -> str:
    text = str(value)
    return text if len(text) <= most else f"{text[:most]}…"
