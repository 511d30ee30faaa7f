"""Imports that change their source: sorted in where imports are sorted, joined where the module is imported already."""

from collections.abc import Sequence
from typing import Final

import libcst as cst
from libcst.helpers import get_full_name_for_node

_MOST_CHARACTERS: Final = 120


def import_from(text: str, wanted: Sequence[tuple[str, str, str]]) -> str:
    """Return a module that imports these too: module, name there, and name here."""
    for module, name, local in sorted(wanted):
        text = _with(text, module, cst.ImportAlias(
            name=cst.Name(name), asname=None if local == name else cst.AsName(name=cst.Name(local))
        ))  # fmt: skip
    return text


def _with(text: str, module: str, alias: cst.ImportAlias) -> str:
    parsed = cst.parse_module(text)
    body = list(parsed.body)
    for index, statement in enumerate(body):
        line = from_line(statement)
        if line is not None and _source(line) == module and not isinstance(line.names, cst.ImportStar):
            body[index] = statement.with_changes(body=_statement(module, [*line.names, alias]).body)
            return parsed.with_changes(body=body).code
    at = _place(body, module)
    new = _statement(module, [alias])
    if at < len(body) and from_line(body[at]) is not None:
        # Whatever stands above the first import of a block stays above the block.
        new = new.with_changes(leading_lines=body[at].leading_lines)
        body[at] = body[at].with_changes(leading_lines=[])
    body.insert(at, new)
    return parsed.with_changes(body=body).code


def from_line(statement: cst.CSTNode) -> cst.ImportFrom | None:
    """Return the import of a statement that is nothing else."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.ImportFrom() as line]):
            return line
    return None


def _source(line: cst.ImportFrom) -> str:
    return "." * len(line.relative) + (get_full_name_for_node(line.module) or "" if line.module else "")


def _place(body: Sequence[cst.CSTNode], module: str) -> int:
    """Return where the import of a module belongs: in the last block whose modules share its root, by name."""
    root = module.partition(".")[0]
    sources = {index: _source(line) for index, each in enumerate(body) if (line := from_line(each))}
    own = [index for index, source in sources.items() if source.partition(".")[0] == root]
    after = [index for index in own if sources[index] > module]
    if after:
        return after[0]
    if own:
        return own[-1] + 1
    return max(sources, default=-1) + 1


def _statement(module: str, names: Sequence[cst.ImportAlias]) -> cst.SimpleStatementLine:
    """Return the import of these names, in order, on one line where it fits."""
    ordered = sorted((_text(each) for each in names), key=_order)
    line = f"from {module} import {', '.join(dict.fromkeys(ordered))}"
    if len(line) > _MOST_CHARACTERS:
        line = f"from {module} import (\n" + "".join(f"    {name},\n" for name in dict.fromkeys(ordered)) + ")"
    statement = cst.parse_statement(line)
    assert isinstance(statement, cst.SimpleStatementLine)  # noqa: S101  It was written so.
    return statement


def _text(alias: cst.ImportAlias) -> str:
    return cst.Module([]).code_for_node(alias.with_changes(comma=cst.MaybeSentinel.DEFAULT))


def _order(text: str) -> tuple[int, str]:
    """Order as import sorters do: constants, classes, then the rest."""
    name = text.partition(" ")[0]
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, text)
