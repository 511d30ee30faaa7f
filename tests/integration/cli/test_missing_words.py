"""Who leaves a word out is told which in one line, and where the help of that verb is."""

import sys
from collections.abc import Iterator

import pytest

from migration_harness.cli.verbs import MODULES
from migration_harness.management.commands.harness import Command


def leaves(group, path=()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield every verb that takes no further verb, with the words that lead to it."""
    for name in group.commands:
        command = group.commands[name]
        if hasattr(command, "commands"):
            yield from leaves(command, (*path, name))
        else:
            yield (*path, name), command


def wanting():
    """Return the words of every verb that cannot do without an argument."""
    command = Command()
    with command:
        found = list(leaves(command.command_tree.click_command))
    return [words for words, each in found if any(param.required for param in each.params)]


WANTING = wanting()


def test_verbs_of_several_words_are_among_them():
    assert ("discrepancies", "show") in WANTING
    assert {words[0] for words in WANTING} <= set(MODULES)


@pytest.mark.parametrize("words", WANTING, ids=" ".join)
def test_is_told_in_one_line(words, capsys, monkeypatch, db):
    argv = ["manage.py", "harness", *words]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(argv)
    out, err = capsys.readouterr()
    assert (ended.value.code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("Missing ")
    assert err.endswith(f"{' '.join(argv)} --help\n")
