"""What the code tells people to type can be typed: each command in its sentences takes the words that it is given."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.test_documented_commands import ROOT, CommandRefused, parse

SOURCES = [
    path
    for product in ("migration_harness", "igny8_core", "dashboards", "rest_api")
    for path in (ROOT / product).rglob("*.py")
    if "manage.py harness" in path.read_text() or "criteria" in path.parts
]
COMMAND = re.compile(r"manage\.py harness (\S.*?)(?=$|; |, | && |\. |: |\)|\n| \(|`| with a )")
FIELD = "4"
"""Stands for what a sentence is made with: a number, or a name."""
CHOICES = {"--root": ".", "--everyone": "yes", "--stage": "live", "--to": "candidate"}
CHOICE = re.compile(rf"({'|'.join(CHOICES)}) (?:FOLDER|{FIELD}+)")


def sentences(tree: ast.AST) -> Iterator[str]:
    """Yield every text of a module, its docstrings aside, and what it makes by ``harness(…)``."""
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "harness" and node.args:
            yield f"python manage.py harness {text_of(node.args[0])}"
        if id(node) not in documents | parts and (text := text_of(node)):
            yield text


def text_of(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return "".join(text_of(part) if isinstance(part, ast.Constant) else FIELD for part in values)
    return ""


def commands(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    return [found.strip().rstrip(".") for text in sentences(tree) for found in COMMAND.findall(text)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_command_takes_its_words(path: Path) -> None:
    refused = []
    for command in commands(path):
        try:
            if command.split()[0] == FIELD:
                continue  # Which verb it is depends on what the sentence is about.
            assert "…" not in command, "a placeholder is a word in capitals"
            parse(shlex.split(CHOICE.sub(lambda found: f"{found[1]} {CHOICES[found[1]]}", command)))
        except (CommandRefused, AssertionError, ValueError) as error:
            refused.append((command, str(error)))
    assert refused == []


def test_sees_commands_of_gates_and_criteria():
    found = {command for path in SOURCES for command in commands(path)}
    assert {"evidence", "legacy backup FILE", "errors", "flag 4 --everyone yes --stage complete"} <= found
