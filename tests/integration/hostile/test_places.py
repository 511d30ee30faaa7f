"""Every place that shows what is in the database, where all of it is hostile: nothing breaks, and nothing is obeyed."""

import csv
import io
import json

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User
from migration_harness import queries
from tests.hostile import HOSTILE, raw_in
from tests.integration.operator_api.clients import CREDITS, LISTS, url_of
from tests.integration.service_api.routes import service_routes
from tests.tokens import bearer

from .filling import NO_COPIES, free_texts, models_of_ours
from .live import refuse_live

FLAG = "model-based-credits"
VERBS = [
    ("status",), ("evidence",), ("flag", FLAG), ("fleet",), ("audit",), ("audit", "--limit", "500"),
    ("discrepancies", "list", "--all"), ("discrepancies", "explanations", "--all"), ("forecast",),
    ("forecast", "--status"), ("heal", "--flag", FLAG), ("replay", "--runs"), ("reconcile",), ("rollback", FLAG),
    ("explore",),
]  # fmt: skip


WHY = {
    "Comparison": "the database numbers its rows",
    "DiscrepancyReview": "there is one of a discrepancy",
    "DiscrepancyAssignment": "there is one of a discrepancy",
    "ExploredDiscrepancy": "there is one of a way to differ",
    "ChargedRequest": "there is one of a charge",
    "CreditUsageLog": "there is one of an entry of the ledger",
    "AutomationRun": "there is one active one of a site",
    "IntegrationSettings": "there is one of an account",
    "ImagePrompt": "there is one of a place in a content",
    "InternalLink": "there is one between two contents",
    "Drift": "there is one of a key",
    "LegacyTable": "there is one of a table",
    "LegacyStatement": "there is one of a statement and an hour",
    "LegacyWatch": "there is one row",
    "PhaseAdvance": "a phase is closed once",
    "Rollout": "there is one open one of a flag",
    "ApiToken": "its hash has sixty-four digits",
    "TrialFault": "it is open once",
}
"""Models of which a row cannot be copied; theirs has all texts at once."""


EMPTY = {
    # Added up from comparisons that others have committed; their words are those of the comparisons.
    "MinuteRollup", "DayRollup", "AccountRollup", "DurationRollup", "EvidenceTotal", "StratumTotal",
    "DroppedMatches",
    # They have numbers, and names that code gives.
    "LegacyTableUse", "LegacyLine", "TrialState", "TrialPass",
}  # fmt: skip


class TestDatabase:
    def test_has_every_text_in_every_model_that_can_have_many_rows(self, hostile):
        assert hostile.keys() <= WHY.keys(), hostile

    def test_has_a_row_of_every_model_with_texts(self):
        empty = [m.__name__ for m in models_of_ours() if free_texts(m) and not m._base_manager.exists()]
        assert set(empty) <= EMPTY, empty
        assert set(NO_COPIES) <= {m.__name__ for m in models_of_ours()}


class TestPages:
    @pytest.mark.parametrize(
        "name", ["overview", "accounts", "move-accounts", "evidence", "forecast", "heal", "explanations"]
    )
    def test_of_the_console_show_texts(self, console, name):
        response = console.get(reverse(f"dashboards:{name}"))
        assert response.status_code == 200
        refuse_live(response.content.decode(), name)

    @pytest.mark.parametrize("name", ["discrepancy", "review", "note", "assign", "explain"])
    def test_of_a_discrepancy_show_texts(self, console, name):
        for found in queries.discrepancies():
            response = console.get(reverse(f"dashboards:{name}", args=[found.signature]))
            assert response.status_code < 500
            refuse_live(response.content.decode(), name)

    @pytest.mark.parametrize(
        "name", ["account-page", "account-charges", "account-statement", "account-statement-print"]
    )
    def test_of_an_account_show_texts(self, console, name):
        for account in Account.objects.order_by("-pk"):
            response = console.get(reverse(f"dashboards:{name}", args=[account.pk]))
            assert response.status_code == 200
            refuse_live(response.content.decode(), name)

    @pytest.mark.parametrize("name", ["flag", "rollback", "account", "share", "return"])
    def test_of_a_flag_show_texts(self, console, name):
        response = console.get(reverse(f"dashboards:{name}", args=[FLAG]))
        assert response.status_code < 500
        refuse_live(response.content.decode(), name)

    @pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
    def test_of_the_admin_show_texts(self, console, model):
        named = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        rows = [model._base_manager.order_by("pk").first(), *model._base_manager.order_by("-pk")[:2]]
        addresses = [reverse(f"{named}_changelist"), *(reverse(f"{named}_change", args=[r.pk]) for r in rows if r)]
        for address in addresses:
            response = console.get(address, follow=True)
            assert response.status_code in (200, 403), address
            refuse_live(response.content.decode(), address)


class TestCommands:
    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    @pytest.mark.parametrize("verb", VERBS, ids=" ".join)
    def test_print_texts(self, harness, verb, form):
        code, out, err = harness(*verb, *form)
        assert code in (0, 1, 3), err
        assert (raw_in(out), raw_in(err)) == ("", "")
        assert "\nroot did rollback" not in out + err
        if form and out:
            json.loads(out)

    def test_print_a_discrepancy(self, harness):
        for found in queries.discrepancies():
            code, out, _ = harness("discrepancies", "show", found.signature)
            assert (code, raw_in(out)) == (0, "")

    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    def test_of_the_service_print_texts(self, capsys, form):
        call_command("retired_choices", *form)
        out = capsys.readouterr().out
        assert raw_in(out) == ""
        assert "\nroot did rollback" not in out

    def test_of_waffle_print_texts(self, capsys):
        for name in HOSTILE:
            with pytest.raises(CommandError):
                call_command("waffle_flag", HOSTILE[name], "--everyone")


class TestFiles:
    def test_of_discrepancies_are_plain_json(self, harness, tmp_path):
        path = tmp_path / "all.json"
        assert harness("discrepancies", "export", str(path))[0] == 0
        assert raw_in(path.read_text()) == ""
        json.loads(path.read_text())

    def test_of_a_forecast_have_no_formula(self, harness, tmp_path):
        path = tmp_path / "forecast.csv"
        assert harness("forecast", "--csv", str(path))[0] == 0
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        assert {len(row) for row in rows} == {len(rows[0])}
        texts = [row[at] for row in rows[1:] for at in range(4)]
        assert not [text for text in texts if text.lstrip()[:1] in {"=", "+", "-", "@", "\uff1d"}]
        assert raw_in("".join(texts)) == ""

    @pytest.mark.parametrize("app", ["igny8_auth", "billing", "planner", "writer", "system", "migration_harness"])
    def test_of_a_dump_hold_all_of_it(self, app):
        out = io.StringIO()
        call_command("dumpdata", app, "--natural-foreign", stdout=out)
        assert json.loads(out.getvalue())

    def test_of_metrics_are_read_line_by_line(self, console):
        page = console.get("/metrics").content.decode()
        assert raw_in(page) == ""
        assert not [family for family in text_string_to_metric_families(page) if not family.name.startswith("harness")]


class TestPrograms:
    @pytest.mark.parametrize("route", [*LISTS, "status", "flag"])
    def test_of_operators_get_texts(self, route):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=bearer(User.objects.get(username="ada")))
        for found in queries.discrepancies()[:3]:
            response = client.get(
                url_of(route, found.signature, flag=CREDITS), {"page_size": 200} if route in LISTS else {}
            )
            assert response.status_code == 200, response.content
            json.loads(response.content)

    @pytest.mark.parametrize("route", [r for r in service_routes() if "{" not in r.template], ids=lambda r: r.template)
    def test_of_customers_get_texts(self, route):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=bearer(User.objects.get(username="dora")))
        response = client.get(route.template)
        assert response.status_code < 500, response.content
        if response["Content-Type"].startswith("application/json"):
            json.loads(response.content)
