"""What documents tell people to type can be typed: each command is there and takes the words that it is given."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from typer import BadParameter
from typer.main import get_command

# Typer brings its parser along, and names of its errors one alone.
CommandRefused = BadParameter.__mro__[2]
ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("*/README.md"), *(ROOT / "docs").rglob("*.md")]
FENCED = re.compile(r"^ *```\w*\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
DJANGO = re.compile(r"^\s*(?:\.venv/bin/)?(?:python |\./)manage\.py (.+)$", re.MULTILINE)


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words after ``manage.py`` of each command in the text's blocks of code."""
    for block in FENCED.findall(text):
        for line in DJANGO.findall(block.replace("\\\n", " ")):
            words = shlex.split(line, comments=True)
            # What a shell does with the rest is no word of the command's.
            yield words[: next((n for n, word in enumerate(words) if word in {"<", ">", "|", ";", "&&", "||"}), None)]


def parse(words: list[str]) -> None:
    """Have ``harness`` and the verbs below it read their words; nothing is done. Raises CommandRefused."""
    found = load_command_class("migration_harness", "harness")
    command = get_command(found.typer_app)
    context = command.make_context("harness", words, django_command=found)
    while hasattr(command, "resolve_command"):
        rest = [*context._protected_args, *context.args]  # The words for the verb; Typer gives them no other name.
        verb, command, rest = command.resolve_command(context, rest)
        context = command.make_context(verb, rest, parent=context)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_command_takes_its_words(page: Path) -> None:
    refused = []
    for name, *words in commands(page.read_text()):
        if name == "harness":
            try:
                parse(words)
            except CommandRefused as error:
                refused.append((name, *words, error.format_message()))
            continue
        assert name in get_commands(), f"{page.name}: there is no {name}"
        django = load_command_class(get_commands()[name], name)
        if not hasattr(django, "typer_app"):
            try:
                django.create_parser("manage.py", name).parse_args(words)
            except SystemExit:
                refused.append((name, *words))
    assert refused == []


def test_sees_commands():
    assert sum(len([*commands(page.read_text())]) for page in PAGES) > 100


@pytest.mark.parametrize("words", [["rollbakc"], ["flag", "x", "--shar", "5"], ["gates", "four"], ["legacy", "remov"]])
def test_refuses_what_is_no_command(words):
    with pytest.raises(CommandRefused):
        parse(words)
