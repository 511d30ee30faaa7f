"""Seams of the tree: where they are declared, what their candidates are, and callers that ask these instead."""

import ast
from dataclasses import dataclass

import libcst as cst
from libcst.helpers import get_full_name_for_node

from migration_harness.exceptions import NotRemovable
from migration_harness.retire.removal.editing import import_without, prune, without
from migration_harness.retire.removal.facts import Facts, Use, facts_of
from migration_harness.retire.removal.importing import import_from
from migration_harness.retire.removal.modules import absolute, module_of
from migration_harness.retire.removal.retired import Retired
from migration_harness.retire.removal.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A seam or a pair of stores: the file and the name at its top; ``candidate`` is None for a pair."""

    path: str
    name: str
    candidate: Use | None

    @property
    def use(self) -> Use:
        """What callers import today."""
        return Use(module_of(self.path), self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A caller asks a seam for more than the function that it stands for."""

    path: str
    seam: str
    what: str


def declared(tree: Tree, retired: Retired) -> list[Declared]:
    """Return the retired seams and their stores, by what names them. Raises NotRemovable."""
    modules = {module_of(path) for path in tree.python()}
    found = []
    for path in tree.python():
        text = tree.text(path)
        if not any(seam in text for seam in retired.seams) or "candidate" not in text:
            continue
        facts = facts_of(path, text, modules)
        for statement in ast.parse(text).body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(keywords=given)):
                    keywords = {each.arg: each.value for each in given}
                    named = {key for key in ("name", "seam") if _is_one_of(keywords.get(key), retired.seams)}
                    if named and {"control", "candidate"} <= keywords.keys():
                        target = None if "name" not in named else _resolved(path, name, keywords["candidate"], facts)
                        found.append(Declared(path=path, name=name, candidate=target))
    return found


def _is_one_of(node: ast.expr | None, names: frozenset[str]) -> bool:
    return isinstance(node, ast.Constant) and node.value in names


def _resolved(path: str, seam: str, candidate: ast.expr, facts: Facts) -> Use:
    match candidate:
        case ast.Attribute(value=ast.Name(id=module), attr=name) if module in facts.definitions:
            target = facts.definitions[module].target
            if target is not None and not target.name:
                return Use(target.module, name)
        case ast.Name(id=name) if name in facts.definitions:
            target = facts.definitions[name].target
            if target is not None and target.name:
                return target
    raise NotRemovable(
        f"{path}: the candidate of {seam} is not imported from a module of its own, so callers cannot import it "
        "instead. Move it into a module beside the seam."
    )


def redirect(tree: Tree, seams: list[Declared]) -> list[Asked]:
    """Let every caller of a seam import its candidate, under the name that it has there, and take the seams away.

    Returns where a caller asks the seam for something that its candidate does not have.
    """
    asked = []
    candidates = {seam.use: seam.candidate for seam in seams if seam.candidate is not None}
    modules = {use.module for use in candidates}
    for path in tree.python():
        if any(module.rpartition(".")[2] in tree.text(path) for module in modules):
            asked += _redirect_imports(tree, path, candidates)
    for path in {seam.path for seam in seams}:
        names = frozenset(seam.name for seam in seams if seam.path == path)
        tree.write(path, without(tree.text(path), names))
    return asked


def _redirect_imports(tree: Tree, path: str, candidates: dict[Use, Use]) -> list[Asked]:
    wanted: list[tuple[str, str, str]] = []

    def keep(statement: cst.BaseStatement) -> cst.BaseStatement | None:
        match statement:
            case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*aliases]) as line]):
                source = absolute(
                    get_full_name_for_node(line.module) if line.module else None, level=len(line.relative), path=path
                )
                meant = {alias: Use(source, alias.evaluated_name) for alias in aliases}
                found = {alias: candidates[use] for alias, use in meant.items() if use in candidates}
                wanted.extend((use.module, use.name, _local(alias)) for alias, use in found.items())
                kept = import_without(line, frozenset(_local(alias) for alias in found))
                return None if kept is None else statement.with_changes(body=[kept])
        return statement

    module = cst.parse_module(tree.text(path))
    body = prune(module.body, keep)
    if wanted:
        tree.write(path, import_from(module.with_changes(body=body).code, wanted))
    return [
        Asked(path=path, seam=local, what=what)
        for local in sorted(local for *_, local in wanted)
        for what in _asked_of(tree.text(path), local)
    ]


def _asked_of(text: str, name: str) -> list[str]:
    """Return the attributes of a name that a module takes."""
    return sorted(
        {
            node.attr
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
        }
    )


def _local(alias: cst.ImportAlias) -> str:
    return alias.evaluated_alias or alias.evaluated_name
