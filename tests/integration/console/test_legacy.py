"""The page of legacy code: three answers for entries, tables and lines; declarations as what they are."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from dashboards.retiring import remaining
from migration_harness.models import LegacyDeclaration, VerifiedBackup
from migration_harness.retire.finders import AssignedNames
from migration_harness.retire.lines import LegacyLine
from tests.people import trusted

from ..tombstones.parts import ENTRY, an_execution, covered, declared, followed, marked
from .browser import confirm, words

PAGE, REMAINING = reverse("dashboards:legacy"), reverse("dashboards:legacy-remaining")
DECLARE, UNDECLARE = reverse("dashboards:legacy-declare"), reverse("dashboards:legacy-undeclare")


@pytest.fixture
def silent(demo):
    now = timezone.now()
    covered(now - timedelta(days=8), now)
    marked(now - timedelta(days=8), now)
    followed(now - timedelta(days=8))


def shown(client):
    return words(client.get(PAGE))


def a_backup():
    now = timezone.now()
    VerifiedBackup.objects.create(
        path="/var/backups/legacy", host="db1", backup="1", sha256="ab" * 32, key="k", made_at=now, made_by="olga",
        revision="", schema={}, parts=[], rows=12, equal=True, differences=[], untried=[], actor="olga", at=now,
        seconds=1.0,
    )  # fmt: skip


class TestLegacyPage:
    def test_that_knows_nothing_says_so(self, operator, demo):
        text = shown(operator)
        assert "No process has told of a legacy entry." in text
        assert "Backups that were tried out None." in text

    @pytest.mark.legacy
    def test_shows_each_entry_and_table_with_its_answer(self, operator, silent):
        rows = BeautifulSoup(operator.get(PAGE).content, "html.parser").select(".legacy tbody tr")
        told = {row.select("td")[0].get_text(strip=True): row.get_text(" ", strip=True) for row in rows}
        assert "not executed" in told[ENTRY]
        assert "Nobody read or wrote billing_creditcostconfig" in told["billing_creditcostconfig"]
        assert "evidence lost" in told["system_globalintegrationsettings"]

    def test_names_the_caller_of_what_answered(self, operator, silent):
        an_execution(timezone.now() - timedelta(days=1))
        assert "shop/pay.py:7 in pay" in shown(operator)

    def test_shows_a_declaration_as_one(self, operator, silent):
        declared(timezone.now() + timedelta(days=8))
        text = shown(operator)
        assert "Declared, and not proven" in text
        assert "ann says that nobody else uses legacy data" in text

    def test_shows_backups_that_were_tried_out(self, operator, silent):
        a_backup()
        text = shown(operator)
        assert ("/var/backups/legacy" in text, "equal" in text) == (True, True)


class TestDeclaration:
    def test_is_put_down_with_its_end_and_ended(self, operator, silent):
        until = timezone.now().date() + timedelta(days=8)
        told = words(confirm(operator, DECLARE, until=until.isoformat(), reason="Only we sign in."))
        assert f"until {until + timedelta(days=1)} 00:00 UTC, not proven" in told
        assert "Only we sign in." in told
        assert "1 declaration ended." in words(confirm(operator, UNDECLARE))
        assert "Declared, and not proven" not in shown(operator)

    def test_wants_a_reason(self, operator, silent):
        assert "Say by what you know it." in words(confirm(operator, DECLARE))
        assert not LegacyDeclaration.objects.exists()

    @pytest.mark.parametrize("days", [-2, 91])
    def test_ends_on_a_day_that_is_to_come_and_near(self, operator, silent, days):
        until = timezone.now().date() + timedelta(days=days)
        assert "within the next 90 days" in words(confirm(operator, DECLARE, until=until.isoformat(), reason="x"))
        assert not LegacyDeclaration.objects.exists()

    def test_is_offered_to_superusers_alone(self, client, silent):
        client.force_login(trusted("ann"))
        assert "Declare that nobody else" not in shown(client)


class TestRemaining:
    @pytest.fixture
    def plan_of_two_lines(self, settings, tmp_path, monkeypatch):
        """A tree in which one of two things that must go is still there."""
        settings.BASE_DIR = tmp_path
        (tmp_path / "shop.py").write_text("STEPS = 1\nRATES = {}\n")
        lines = tuple(
            LegacyLine(
                name=name.lower(),
                sentence=f"No {name.lower()}",
                finds=(AssignedNames(path="shop.py", names=frozenset({name})),),
            )
            for name in ("RATES", "KEYS")
        )
        monkeypatch.setattr(remaining, "legacy_lines", lambda: lines)
        return tmp_path

    def test_names_each_line_of_the_list_and_the_places_of_it(self, operator, demo, plan_of_two_lines):
        text = words(operator.get(REMAINING))
        assert "1 place remains." in text
        assert "No rates ✗ remains PlaceText shop.py:2 RATES = {}" in text
        assert "No keys ✓ none remains" in text

    def test_where_a_file_cannot_be_read_says_which(self, operator, demo, plan_of_two_lines):
        (plan_of_two_lines / "shop.py").write_text("def (")
        assert "shop.py" in words(operator.get(REMAINING))
