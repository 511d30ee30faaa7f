"""The page of legacy code: three answers for entries, tables and lines; declarations as what they are."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from migration_harness.models import VerifiedBackup

from ..tombstones.parts import ENTRY, an_execution, covered, declared, followed, marked
from .browser import words

PAGE = reverse("dashboards:legacy")


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
