"""The removal: every rule in turn, until nothing is left that would dangle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from migration_harness.retire.drops import DroppedColumns
from migration_harness.retire.removal import charges, claims, conditions, configuration, planning, seams, templates
from migration_harness.retire.removal.dangling import Dangling, Gone
from migration_harness.retire.removal.dropping import drop
from migration_harness.retire.removal.editing import without
from migration_harness.retire.removal.facts import Facts, Use
from migration_harness.retire.removal.index import Index
from migration_harness.retire.removal.left_alone import LeftAlone
from migration_harness.retire.removal.marked_tests import strike_tests
from migration_harness.retire.removal.marks import strike
from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.orphans import Orphans
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.settings import strike_entries
from migration_harness.retire.removal.tests_of_the_gone import TestsOfTheGone
from migration_harness.retire.removal.tree import Change, Tree
from migration_harness.retire.removal.unwrapping import unwrap


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What a removal would change. ``left``: code that stays and uses what goes; then it is not to be made."""

    changes: tuple[Change, ...]
    left: tuple[Dangling, ...]


def remove(
    tree: Tree, retired: Retired, *, apps: dict[str, str], on_round: Callable[[], object] = lambda: None
) -> Removal:
    """Take the legacy code of what is retired out of a tree.

    ``apps`` has the folder of each Django app by its label; ``on_round`` is called after each round.
    Raises NotRemovable.
    """
    index = Index(tree)
    orphans, gone = Orphans(index), Gone(index)
    columns = {field for each in retired.drops if isinstance(each, DroppedColumns) for field in each.fields}
    tests, alone = TestsOfTheGone(index, tree, retired, columns), LeftAlone(tree, index)
    strike(tree, retired)
    unwrap(tree, retired)
    asked = seams.redirect(tree, seams.declared(tree, retired))
    conditions.collapse(tree, retired)
    templates.unfold(tree, retired)
    charges.open_transactions(tree, retired)
    planning.forget(tree, retired)
    if retired.is_all:
        _strike_folders(tree)
        strike_tests(tree)
    drop(tree, retired.drops, apps)
    _settle(tree, index, orphans, gone, tests, on_round)
    while led_to_by_nobody := alone.find(tree, index):
        for path in led_to_by_nobody:
            tree.delete(path)
        _settle(tree, index, orphans, gone, tests, on_round)
    configuration.strike_lines(tree)
    claims.strike_rows(tree)
    left = [each for each in gone.find(index) if not each.is_import]
    left += [
        Dangling(path=each.path, name=each.seam, is_import=False, uses=(Use(each.seam, each.what),))
        for each in asked
        if each.path in tree and not is_test(each.path)
    ]
    return Removal(changes=tuple(tree.changes()), left=tuple(left))


def _strike_folders(tree: Tree) -> None:
    """Take away every folder named ``legacy``."""
    for path in list(tree):
        if "legacy" in PurePosixPath(path).parts[:-1]:
            tree.delete(path)


def _settle(
    tree: Tree, index: Index, orphans: Orphans, gone: Gone, tests: TestsOfTheGone, on_round: Callable[[], object]
) -> None:
    """Take away what hangs on what is gone, until there is no more of it."""
    is_settled = False
    while not is_settled:
        index.refresh(tree)
        over, edits = tests.find(tree, index)
        for path, names in orphans.find(index).items():
            edits[path] = edits.get(path, frozenset()) | names
        for each in gone.find(index):
            if each.is_import:
                edits[each.path] = edits.get(each.path, frozenset()) | {each.name}
        struck = bool(over) | _edit(tree, edits)
        for path in over:
            tree.delete(path)
        index.refresh(tree)
        struck |= strike_entries(tree, index, gone)
        index.refresh(tree)
        struck |= _strike_empty(tree, index)
        on_round()
        is_settled = not struck


def _edit(tree: Tree, edits: Mapping[str, frozenset[str]]) -> bool:
    """Take definitions out of files; tells whether any of them stood alone, so that it could go."""
    edited = False
    for path, names in edits.items():
        text = without(tree.text(path), names)
        edited |= text != tree.text(path)
        tree.write(path, text)
    return edited


def _strike_empty(tree: Tree, index: Index) -> bool:
    """Take away the files that are left with nothing to say, and packages without a module."""
    found = []
    for path, facts in index.items():
        is_package = path.endswith("__init__.py")
        is_touched = _lost_all(tree, path) if is_package else tree.before(path) not in (None, tree.text(path))
        if is_touched and _is_empty(facts):
            found.append(path)
    for path in found:
        tree.delete(path)
    return bool(found)


def _is_empty(facts: Facts) -> bool:
    """Tell whether a module has nothing but imports, and text that documents."""
    return not facts.says_something and all(
        each.target is not None or name == "__all__" for name, each in facts.definitions.items()
    )


def _lost_all(tree: Tree, path: str) -> bool:
    folder = path.removesuffix("__init__.py")
    if any(each.startswith(folder) and each != path for each in tree):
        return False
    return any(each.after is None and each.path.startswith(folder) for each in tree.changes())
