"""``harness legacy backup``, ``verify`` and ``restore``: the way back from the deletion."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Exit, Option

from migration_harness.authority import actions
from migration_harness.backup import making, restoring, returning, verifying
from migration_harness.backup.restoring import Restored, Wanted
from migration_harness.backup.returning import Returned, Stages
from migration_harness.backup.rows import OnProgress
from migration_harness.backup.verifying import Verified
from migration_harness.cli.acting import ask, verb, whoever
from migration_harness.cli.output import FAILED, Json, Reason, console, print_json, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import bold, good, warning
from migration_harness.rollout.bringing_back import BroughtBack, bring_back
from migration_harness.rollout.revision import running_revision
from migration_harness.wording import counted

FileArgument = Annotated[Path, Argument(help="The file of the backup.")]


@verb(actions.BACKUP)
def backup(file: FileArgument, *, json: Json = False) -> None:
    """Copy everything that the deletion drops, and the stage, into a file that is not there yet."""
    with _shown("Copying") as on_progress:
        revision = running_revision()
        made = making.make(path=file, actor=whoever(), revision=revision.name, on_progress=on_progress)
    told = f"{counted(made.rows, 'row')} copied to {made.path}."
    with telling(told):
        if json:
            print_json(_made_json(made))
            return
        out = console()
        for partial in made.removed:
            out.print(f"A backup that was interrupted had left {partial}: it is removed, and no file of its was there.")
        for each, end in zip(made.header.parts, made.ends, strict=True):
            out.print(f"  {each.part.name}: {counted(end.rows, 'row')}")
        out.print(bold(told))
        out.print(f"Its SHA-256 is {made.sha256}. Try it out: python manage.py harness legacy verify {file}")


@verb(actions.BACKUP)
def verify(
    file: FileArgument,
    *,
    scratch_url: Annotated[
        str,
        Option(
            "--scratch-url",
            envvar="HARNESS_SCRATCH_URL",
            show_envvar=False,
            help="A database to try it out in, where this role may make none.",
        ),
    ] = "",
    json: Json = False,
) -> None:
    """Restore a backup into a scratch database, compare it row by row, and record it; exit code 1 where it differs."""
    with _shown("Trying it out") as on_progress:
        found = verifying.verify(path=file, actor=whoever(), scratch_url=scratch_url, on_progress=on_progress)
    with telling(_verdict(found)):
        if json:
            print_json(_verified_json(found))
        else:
            _print_verified(found)
    if not found.row.equal:
        raise Exit(FAILED)


@verb()
def restore(
    file: FileArgument,
    *,
    yes: Annotated[bool, Option("--yes", help="Do it; without it nothing is changed.")] = False,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Rows that have changed since become what they were.")
    ] = False,
    without_secrets: Annotated[
        bool, Option("--without-secrets", help="Where the key of the backup is lost: what is secret comes back empty.")
    ] = False,
    other_database: Annotated[
        bool, Option("--other-database", help="This database was restored from the one of the backup.")
    ] = False,
    reopen_from: Annotated[
        int | None,
        Option(
            "--reopen-from", metavar="N", help="Open phase N and all later ones; else those closed since the backup."
        ),
    ] = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Bring data and stage back, and say what changed since; looks and changes nothing without --yes."""
    if yes:
        ask(actions.BACKUP, subject=str(file))
    wanted = Wanted(
        write=yes, overwrite=overwrite, secrets=not without_secrets, other_database=other_database, reason=reason
    )
    with _shown("Restoring" if yes else "Looking") as on_progress:
        found = restoring.restore(path=file, actor=whoever(), wanted=wanted, on_progress=on_progress)
    stages = returning.stages_of(file)
    back = bring_back(stages=stages, actor=whoever(), reason=reason, reopen_from=reopen_from) if yes else None
    with telling(_outcome(found) if yes else ""):
        if json:
            print_json(_restored_json(found, stages, back))
        else:
            _print_restored(found, stages, back)
    if found.not_as_it_was or (back is not None and (back.not_reopened or back.flags.refused)):
        raise Exit(FAILED)


@contextmanager
def _shown(what: str) -> Iterator[OnProgress]:
    """Show how many rows are done."""
    with progress() as shown:
        bar = shown.add_task(what, total=None)
        yield lambda rows: shown.advance(bar, rows)


def _made_json(made: making.Made) -> dict[str, Any]:
    return {
        "file": str(made.path),
        "backup": made.header.id,
        "sha256": made.sha256,
        "rows": made.rows,
        "parts": [
            verifying.part_json(each, end) for each, end in zip(made.header.parts, made.ends, strict=True)
        ],
        "removed": [str(each) for each in made.removed],
    }  # fmt: skip


def _verified_json(found: Verified) -> dict[str, Any]:
    row = found.row
    return {
        "file": row.path,
        "backup": row.backup,
        "sha256": row.sha256,
        "equal": row.equal,
        "rows": row.rows,
        "parts": row.parts,
        "differences": row.differences,
        "untried": row.untried,
        "made_at": row.made_at,
        "made_by": row.made_by,
        "revision": row.revision,
        "dropped": list(found.left),
    }


def _verdict(found: Verified) -> str:
    row = found.row
    return (
        f"{row.path}: {counted(row.rows, 'row')} restored and read back, "
        f"{'equal to the tables' if row.equal else 'and the tables have something else'}. It is recorded."
    )


def _print_verified(found: Verified) -> None:
    out = console()
    for name in found.left:
        out.print(
            f"A verification that was interrupted had left the scratch {name}: it is dropped. It recorded nothing."
        )
    for each in found.differences:
        if each:
            out.print(warning(each.sentence))
            for kind, named in each.named.items():
                out.print(f"  {kind}: {', '.join(named)}")
    for name in found.lacking:
        out.print(warning(f"{name}: the plan drops it, and the backup does not have it."))
    for name in found.row.untried:
        out.print(f"Not tried, for it needs the other tables: {name}")
    out.print(good(_verdict(found)) if found.row.equal else warning(_verdict(found)))
    if not found.row.equal:
        out.print("Make another backup, under another name: python manage.py harness legacy backup FILE")


def _restored_json(found: Restored, stages: Stages, back: BroughtBack | None) -> dict[str, Any]:
    return {
        "backup": found.header.id,
        "made_at": found.header.made_at,
        "revision": found.header.revision,
        "written": found.written,
        "was_whole": found.was_whole,
        "parts": [
            {
                "part": each.header.part.name,
                "has_table": each.has_table,
                "missing": list(each.missing),
                **{kind: each.counts.get(kind, 0) for kind in ("equal", "gone", "new", "changed")},
                "columns": list(each.columns),
                "named": each.named,
            }
            for each in found.parts
        ],
        "not_as_it_was": list(found.not_as_it_was),
        "forgotten": [f"{app}.{name}" for app, name in found.forgotten],
        "flags": _flags_json(stages, back),
        "reopened": list(back.reopened) if back else [],
        "not_reopened": dict(back.not_reopened) if back else {},
        "ways_on": stages.ways_on,
        "needs": list(found.needs),
    }


def _flags_json(stages: Stages, back: BroughtBack | None) -> dict[str, Any]:
    flags = back.flags if back else None
    flip = flags.flip if flags else None
    return {
        "to_baseline": [each.flag for each in flip.flips] if flip else [],
        "would_go": returning.would_return(stages) if back is None else [],
        "made": list(flags.made) if flags else [],
        "unretired": list(flags.unretired) if flags else [],
        "staged": list(flags.staged) if flags else [],
        "refused": {**(dict(flip.refused) if flip else {}), **(flags.refused if flags else {})},
        "proof": flip.told if flip else None,
    }


def _outcome(found: Restored) -> str:
    if found.was_whole:
        return "The database has all of it, as it was: there was nothing to restore."
    return f"The backup of {found.header.made_at} " + (
        "is restored." if found.written else "is not restored: this was a look, and nothing was changed."
    )


def _print_restored(found: Restored, stages: Stages, back: BroughtBack | None) -> None:
    out = console()
    for each in found.parts:
        what = "is there" if each.has_table and not each.missing else "was dropped"
        rows = ", ".join(f"{each.counts.get(kind, 0):,} {kind}" for kind in ("equal", "gone", "new", "changed"))
        out.print(bold(each.header.part.name), f"{what}; rows: {rows}")
        for kind, named in each.named.items():
            out.print(f"  {kind}: {', '.join(named)}")
    for sentence in found.not_as_it_was:
        out.print(warning(sentence))
    for app, name in found.forgotten:
        out.print(f"The schema migration {app}.{name} {'has' if found.written else 'would have'} not run any more.")
    _print_stage(stages, back)
    out.print(bold(_outcome(found)))
    if not found.written and not found.was_whole:
        out.print("To do it: the same with --yes")
    elif found.written:
        out.print(_to_deploy(found))


def _to_deploy(found: Restored) -> str:
    """Say what a person must deploy: the legacy code itself is in no backup."""
    revision = found.header.revision
    named = f"revision {revision}" if revision else f"a revision of {found.header.made_at[:10]}, which nobody has named"
    needs = f" It has the schema migrations {', '.join(found.needs)}, and none that drops them." if found.needs else ""
    return f"The legacy code itself is in no backup. Deploy the code that it belongs to: {named}.{needs}"


def _print_stage(stages: Stages, back: BroughtBack | None) -> None:
    out = console()
    if back is None:
        if would := returning.would_return(stages):
            out.print(f"To the baseline, where the legacy code answers, would go: {', '.join(would)}.")
        return
    _print_flags(back.flags)
    for number in back.reopened:
        out.print(f"Phase {number} is open again.")
    for number, why in back.not_reopened.items():
        out.print(warning(f"Phase {number} is still closed: {why}"))
    if back.flags.made or back.flags.unretired or back.flags.flip is not None:
        out.print("To where they were, once their gates admit it:")
        for command in stages.ways_on:
            out.print(f"  {command}")


def _print_flags(flags: Returned) -> None:
    out = console()
    for name in flags.made:
        out.print(f"{name} was gone, and is there again: nobody is in its cohort.")
    for name in flags.unretired:
        out.print(f"{name} had been retired since, and is on the lists again.")
    if flags.flip is not None:
        out.print(flags.flip.sentence)
    for name in flags.staged:
        out.print(f"{name} has its stage and its baseline of then; nobody is in its cohort.")
    for name, why in flags.refused.items():
        out.print(warning(f"{name} is not as it was: {why}"))
