"""Text as it may be printed."""

import csv
import io

import pytest
from django.core.management.base import OutputWrapper

from migration_harness.exceptions import AuditTampered, HarnessError
from migration_harness.printing import PlainCommand, cell, printable, printable_lines
from tests.hostile import ALL, HOSTILE, raw_in

every = pytest.mark.parametrize("name", ALL)


class TestPrintable:
    @every
    def test_leaves_nothing_that_a_terminal_obeys_or_nobody_sees(self, name):
        told = printable(ALL[name])
        assert raw_in(told) == ""
        assert "\n" not in told
        told.encode()

    @every
    def test_says_the_same_when_it_is_told_again(self, name):
        assert printable(printable(ALL[name])) == printable(ALL[name])

    @pytest.mark.parametrize(
        "name", ["emoji", "persian", "right-to-left", "wide", "combining", "rich", "quotes", "slashes"]
    )
    def test_leaves_what_people_write_alone(self, name):
        assert printable(ALL[name]) == ALL[name]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("a\x1b[0m", "a\\x1b[0m"),
            ("a\x9bm", "a\\x9bm"),
            ("a\nb\r\n", "a\\nb\\r\\n"),
            ("a\tb", "a b"),
            ("pay\u200dpal", "pay\\u200dpal"),
            ("\u200d", "\\u200d"),
            ("x\u3164", "x\\u3164"),
            ("\U000e0041", "\\U000e0041"),
            ("\ud83d", "\\ud83d"),
            ("a\x7f", "a\\x7f"),
        ],
        ids=ascii,
    )
    def test_shows_the_rest_by_its_number(self, text, told):
        assert printable(text) == told

    def test_keeps_the_lines_of_a_text_where_they_are_ours(self):
        assert printable_lines("Traceback\n  here\x1b") == "Traceback\n  here\\x1b"


class TestErrors:
    def test_are_one_line_whatever_they_quote(self):
        assert HarnessError("no flag 'x\ny'").sentences == ("no flag 'x\ny'",)

    def test_of_the_trail_are_a_line_for_each_sentence(self):
        error = AuditTampered("One.", "Two.")
        assert (error.sentences, str(error)) == (("One.", "Two."), "One.\nTwo.")


class TestCell:
    @every
    def test_is_no_formula_and_no_instruction(self, name):
        file = io.StringIO()
        csv.writer(file).writerow([cell(ALL[name]), "after"])
        ((kept, after),) = csv.reader(io.StringIO(file.getvalue()))
        assert kept.lstrip()[:1] not in {"=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"}
        assert (raw_in(kept), after) == ("", "after")
        kept.encode()

    @pytest.mark.parametrize("name", ["Amber & Sons", "a=b", "1-2", "x@y", ""])
    def test_is_what_it_is_where_it_is_none(self, name):
        assert cell(name) == name


class TestPlainCommand:
    @every
    @pytest.mark.parametrize("given", [True, False], ids=["given", "assigned"])
    def test_prints_a_line_a_message(self, name, given):
        out, err = io.StringIO(), io.StringIO()
        command = PlainCommand(stdout=out, stderr=err) if given else PlainCommand()
        if not given:  # As Django does for a caller that wants to have what is printed.
            command.stdout, command.stderr = OutputWrapper(out), OutputWrapper(err)
        command.stdout.write(ALL[name])
        command.stderr.write(ALL[name])
        assert out.getvalue() == err.getvalue() == printable(ALL[name]) + "\n"


def test_every_text_is_of_another_kind():
    assert len(set(HOSTILE.values())) == len(HOSTILE)
