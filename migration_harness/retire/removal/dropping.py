"""What the database loses: classes of tables, fields of a class, and the schema migration that drops them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

import libcst as cst
import libcst.matchers as m

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.drops import Drop, DroppedTable
from migration_harness.retire.removal.editing import assigned, prune, without
from migration_harness.retire.removal.modules import is_test
from migration_harness.retire.removal.tree import Tree

_NUMBERED: Final = re.compile(r"(\d+)_\w+\.py")


def drop(tree: Tree, drops: Iterable[Drop], apps: dict[str, str]) -> None:
    """Take away classes and fields, and write a schema migration for each app.

    ``apps`` has the folder of each app by its label. Raises NotRemovable.
    """
    operations: dict[str, list[str]] = defaultdict(list)
    for each in drops:
        label, _, model = each.model.partition(".")
        path = _file_of(tree, apps[label], model)
        if isinstance(each, DroppedTable):
            tree.write(path, without(tree.text(path), frozenset({model})))
            operations[label].append(f'        migrations.DeleteModel(name="{model}"),\n')
        else:
            tree.write(path, _without_fields(tree, path, model, frozenset(each.fields)))
            name = model.lower()
            operations[label] += [
                f'        migrations.RemoveField(model_name="{name}", name="{field}"),\n' for field in each.fields
            ]
    for label, lines in operations.items():
        _write_migration(tree, apps[label], label, lines)


def _file_of(tree: Tree, folder: str, model: str) -> str:
    for path in tree.python():
        if path.startswith(f"{folder}/") and not is_test(path) and f"class {model}(" in tree.text(path):
            return path
    raise NotRemovable(f"The plan drops something of {model}, and no file in {folder}/ defines it. Correct the plan.")


def _without_fields(tree: Tree, path: str, model: str, fields: frozenset[str]) -> str:
    module = cst.parse_module(tree.text(path))

    def keep(statement: cst.BaseStatement) -> cst.BaseStatement | None:
        if not isinstance(statement, cst.ClassDef) or statement.name.value != model:
            return statement
        body = prune(statement.body.body, lambda each: None if assigned(each) in fields else each)  # type: ignore[arg-type]
        return statement.with_deep_changes(statement.body, body=_without_lists(body, statement, tree, path))

    return module.with_changes(body=prune(module.body, keep)).code


def _without_lists(
    body: list[cst.BaseStatement], before: cst.ClassDef, tree: Tree, path: str
) -> list[cst.BaseStatement]:
    """Return a body without what only the fields had used: lists of choices."""
    block = cst.IndentedBlock(body=body)

    def keep(statement: cst.BaseStatement) -> cst.BaseStatement | None:
        name = assigned(statement)
        if not name or _uses(before.body, name) < 1 or _uses(block, name):
            return statement
        read = any(f".{name}" in tree.text(each) for each in tree.python() if each != path and not is_test(each))
        return statement if read else None

    return prune(body, keep)


def _uses(node: cst.CSTNode, name: str) -> int:
    """Count how often a name is read."""
    reads = m.findall(node, m.Name(name))
    written = m.findall(node, m.AssignTarget(target=m.Name(name)) | m.AnnAssign(target=m.Name(name)))
    return len(reads) - len(written)


def _write_migration(tree: Tree, folder: str, label: str, operations: list[str]) -> None:
    files = [PurePosixPath(path) for path in tree if path.startswith(f"{folder}/migrations/")]
    there = sorted(each.name for each in files if _NUMBERED.fullmatch(each.name))
    last = there[-1].removesuffix(".py")
    number = int(last.partition("_")[0]) + 1
    name = f"{number:04}_post_legacy_removed"
    tree.write(
        f"{folder}/migrations/{name}.py",
        '"""After the deploy: what the removed legacy code had read and written goes from the schema."""\n\n'
        "from typing import ClassVar\n\n"
        "from django.db import migrations\n\n\n"
        "class Migration(migrations.Migration):\n"
        '    """Not additive: yesterday\'s code does not run on it. The backup is the way back."""\n\n'
        f'    dependencies: ClassVar = [("{label}", "{last}")]\n\n'
        f"    operations: ClassVar = [\n{''.join(operations)}    ]\n",
    )
