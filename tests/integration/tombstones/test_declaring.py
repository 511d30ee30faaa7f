"""A person says on their own word that nobody else uses legacy data."""

import io
import json
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from migration_harness.models import AuditEvent, LegacyDeclaration
from migration_harness.queries import legacy_use
from tests.people import OPERATOR, person

DECLARE = ("legacy", "executed", "--nobody-else", "--yes", "--as", "root", "--password-stdin")
pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def root(harness, monkeypatch):
    """A superuser at the prompt, who gives their password."""
    person("root", is_superuser=True, password="roots")

    def run(*arguments):
        monkeypatch.setattr(sys, "stdin", io.StringIO("roots\n"))
        return harness(*arguments)

    return run


def events():
    return list(AuditEvent.objects.filter(subject="legacy data").order_by("id").values_list("actor", "action"))


class TestDeclaration:
    def test_holds_until_the_end_of_its_last_day(self, root):
        day = (timezone.now() + timedelta(days=10)).date()
        code, out, _ = root(*DECLARE, "--reason", "Only we sign in.", "--until", f"{day}", "--json")
        row = LegacyDeclaration.objects.get()
        assert (code, json.loads(out)["declaration"], row.until.date() - day) == (0, row.pk, timedelta(days=1))
        assert (row.actor, row.reason, events()) == ("root", "Only we sign in.", [("root", "declare nobody else")])

    def test_is_shown_as_a_declaration(self, root, harness):
        root(*DECLARE, "--reason", "Only we sign in.")
        _, out, _ = harness("legacy", "executed")
        assert "declared, not proven: nobody else uses legacy data" in " ".join(out.split())
        assert legacy_use(now=timezone.now()).declared.reason == "Only we sign in."

    def test_is_ended_by_a_command(self, root):
        root(*DECLARE, "--reason", "Only we sign in.")
        ended = ("legacy", "executed", "--somebody-else", "--as", "root", "--password-stdin")
        assert "1 declaration ended." in root(*ended, "--reason", "A report reads it.")[1]
        assert "No declaration held." in root(*ended)[1]
        assert legacy_use(now=timezone.now()).declared is None
        assert events()[-1] == ("root", "end declaration")

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ((), "Say by what you know that nobody else uses legacy data"),
            (("--reason", "x", "--until", "2020-01-01"), "say a day within the next 90 days"),
            (("--reason", "x", "--until", "2999-01-01"), "say a day within the next 90 days"),
            (("--reason", "x", "--somebody-else"), "exclude each other"),
        ],
        ids=["without a reason", "that is over", "for ever", "and its end"],
    )
    def test_is_refused(self, root, more, words):
        code, _, err = root(*DECLARE, *more)
        assert (code, words in " ".join(err.split()), LegacyDeclaration.objects.count()) == (2, True, 0)

    def test_is_asked_for_where_nobody_said_yes(self, root):
        code, _, err = root(*(each for each in DECLARE if each != "--yes"), "--reason", "x")
        assert (code, "add --yes" in err, LegacyDeclaration.objects.count()) == (2, True, 0)

    def test_is_no_operators(self, harness):
        person("olga", OPERATOR)
        code, _, err = harness("legacy", "executed", "--nobody-else", "--yes", "--reason", "x", "--as", "olga")
        assert (code, "may not declare that nobody else uses legacy data" in " ".join(err.split())) == (3, True)
