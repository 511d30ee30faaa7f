"""``harness legacy remove``: the deletion of legacy code, as a patch to read or as a change of the tree."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from django.apps import apps
from django.conf import settings
from typer import Option

from migration_harness.authority import actions
from migration_harness.cli.acting import ask, verb, whoever
from migration_harness.cli.output import Json, console, print_json, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import bold, warning
from migration_harness.conf import formatters
from migration_harness.exceptions import GateClosed, InvalidChange, NotRemovable
from migration_harness.retire.removal import applying, checkout
from migration_harness.retire.removal.applying import Found
from migration_harness.retire.removal.formatting import formatted
from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.patch import patch
from migration_harness.retire.removal.tree import Change, lines_of
from migration_harness.rollout import removal as permission
from migration_harness.wording import counted

if TYPE_CHECKING:
    from migration_harness.retire.removal.removing import Removal

_TOLD = {
    Found.NOTHING: "",
    Found.BEFORE: "An earlier removal was killed before it changed anything: the tree is as it was before it.",
    Found.AFTER: "An earlier removal was killed in the middle and has been ended now: the tree is as after it.",
}


@verb()
def remove_legacy(
    *,
    phase: Annotated[int | None, Option(help="The phase whose legacy code goes.")] = None,
    all_: Annotated[bool, Option("--all", help="All legacy code of the plan goes.")] = False,
    write: Annotated[bool, Option("--write", help="Change the tree; it must be committed.")] = False,
    json: Json = False,
) -> None:
    """Print the deletion of legacy code as a patch for git apply, or write it; exit code 3 while gates are closed."""
    if (phase is None) != all_:
        raise InvalidChange("Say which legacy code goes: --phase N, or --all for all of it.")
    root = Path(settings.BASE_DIR)
    journal = checkout.journal_of(root)
    found = Found.NOTHING
    if write:
        ask(actions.REMOVE, subject="all" if phase is None else f"phase {phase}")
        found = applying.recover(root, journal)
    if found is Found.AFTER:
        permission.record(phase, told={"killed": True}, actor=whoever())
        with telling(_TOLD[found]):
            _print_recovered(found, json=json)
        return
    _refuse_unless_open(phase)
    if write and (why := checkout.refusal(root)):
        raise NotRemovable(why)
    removal = _removal(root, phase)
    if write:
        with progress() as shown:
            bar = shown.add_task("Writing", total=len(removal.changes))
            applying.apply(root, journal, removal.changes, on_file=lambda: shown.advance(bar))
        permission.record(phase, told=_counts(removal.changes), actor=whoever())
    _tell(removal, found, written=write, json=json)


def _refuse_unless_open(phase: int | None) -> None:
    if refused := permission.refusals(phase):
        raise GateClosed("Legacy code stays while it may be needed.", refused=refused)


def _removal(root: Path, phase: int | None) -> "Removal":
    """Return what is removed, formatted as the host formats. Raises NotRemovable where something would dangle."""
    # What reads and writes Python as it stands there takes longer to load than all other verbs, a rollback among them.
    from migration_harness.retire.removal.removing import Removal, remove  # noqa: PLC0415

    own = Path(__file__).parents[1]
    but_not = [own.relative_to(root).as_posix()] if own.is_relative_to(root) else []
    tree = checkout.read_tree(root, but_not=but_not)
    with progress() as shown:
        bar = shown.add_task("Following who uses what", total=None)
        found = remove(tree, permission.retired_with(phase), apps=_folders(root), on_round=lambda: shown.advance(bar))
    if found.left:
        places = "; ".join(each.told for each in found.left)
        raise NotRemovable(
            f"{counted(len(found.left), 'place')} would be left with something that is gone: {places}. Mark what "
            "belongs to legacy code (@legacy begin … @legacy end), or move it into a folder named legacy."
        )
    with progress() as shown:
        bar = shown.add_task("Formatting", total=len(found.changes))
        changes = []
        for change in found.changes:
            changes.append(formatted(change, formatters(), root=root))
            shown.advance(bar)
    return Removal(changes=tuple(changes), left=())


def _folders(root: Path) -> dict[str, str]:
    """Return the folder of each app of the host, by label."""
    found = {app.label: Path(app.path) for app in apps.get_app_configs()}
    return {label: path.relative_to(root).as_posix() for label, path in found.items() if path.is_relative_to(root)}


def _tell(removal: "Removal", found: Found, *, written: bool, json: bool) -> None:
    told = _summary(removal.changes)
    sentence = _sentence(told, written=written)
    with telling(sentence if written else ""):
        if json:
            print_json(told | {"written": written, "earlier": found.value, "patch": patch(removal.changes)})
            return
        out = console()
        if _TOLD[found]:
            out.print(warning(_TOLD[found]))
        if not written:
            out.print(patch(removal.changes))
        out.print(bold(sentence))


def _print_recovered(found: Found, *, json: bool) -> None:
    if json:
        print_json({"written": True, "earlier": found.value})
    else:
        console().print(warning(_TOLD[found]))


def _summary(changes: tuple[Change, ...]) -> dict[str, Any]:
    lines: Counter[str] = Counter()
    for change in changes:
        before, after = Counter(lines_of(change.before or "")), Counter(lines_of(change.after or ""))
        kind = "of_tests" if is_test(change.path) else "of_code"
        lines["added"] += (after - before).total()
        lines[kind] += (before - after).total()
    return {
        "files": [each.path for each in changes],
        "deleted": [each.path for each in changes if each.after is None],
        "lines_added": lines["added"],
        "lines_removed": {"code": lines["of_code"], "tests": lines["of_tests"]},
    }


def _counts(changes: tuple[Change, ...]) -> dict[str, Any]:
    """Return what the trail keeps of a removal: how many files and lines, and not which."""
    told = _summary(changes)
    return told | {name: len(told[name]) for name in ("files", "deleted")}


def _sentence(told: dict[str, Any], *, written: bool) -> str:
    removed = told["lines_removed"]
    does = "Removed" if written else "Would remove"
    next_ = (
        "Look at it with git diff, run make check and the tests, then commit." if written else "Nothing was written."
    )
    return (
        f"{does} {removed['code']:,} lines of code and {removed['tests']:,} of their tests: {len(told['files']):,} "
        f"files, {len(told['deleted']):,} of them whole; {told['lines_added']:,} lines are new. {next_}"
    )
