"""The money of the real trace, forecast and computed again from the file and the published prices alone."""

import csv
import json
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import islice
from math import ceil

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.test import override_settings

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.seed import DEMO_ACCOUNTS
from migration_harness.control.flips import FlagChange, change_flag
from tests.selection import FULL

from .trace import TARIFF, TRACE, expected

pytestmark = pytest.mark.legacy
ROWS = 19_366
REPLAYED = ROWS if FULL else 400
IMAGES_EVERY = 20
# USD per million tokens in and out, from the published prices.
USD = {"gpt-5.1": (Decimal("1.25"), Decimal(10)), "gpt-4o-mini": (Decimal("0.15"), Decimal("0.60"))}
# Credits by the legacy formula, credits after, USD of the provider: of one image.
IMAGES = {
    "runware:97@1": (5, 1, Decimal("0.012")), "dall-e-3": (5, 5, Decimal("0.040")),
    "google:4@2": (7, 15, Decimal("0.14")),
}  # fmt: skip
CENTS = defaultdict(lambda: Decimal("0.01"), {
    "internal_linking": Decimal("0.005"), "content_optimization": Decimal("0.005"), "image_generation": Decimal("0.02"),
})  # fmt: skip


def computed(*, moved=False, images_every=None):
    """Credits, revenue and cost of both sides, by account and in all, from the CSV and the published prices."""
    sums = defaultdict(lambda: [Decimal(0)] * 6)

    def add(account, operation, before, after, cost_before, cost_after):
        values = (before, before * CENTS[operation], cost_before, after, after * Decimal("0.01"), cost_after)
        for key in (account, "all"):
            sums[key] = [was + value for was, value in zip(sums[key], values, strict=True)]

    with TRACE.open() as file:
        for i, row in enumerate(csv.DictReader(file)):
            sent, generated = int(row["ContextTokens"]), int(row["GeneratedTokens"])
            account = DEMO_ACCOUNTS[i % 12]
            operation = list(TARIFF)[i // 12 % 6]
            model = "gpt-5.1" if i % 10 < 7 else "gpt-4o-mini"
            after = "gpt-5.1" if moved else model
            per_credit, least = TARIFF[operation]
            costs = [(sent * USD[m][0] + generated * USD[m][1]) / 1_000_000 for m in (model, after)]
            tokens = sent + generated
            add(
                account, operation, max(ceil(tokens / per_credit), least),
                ceil(tokens / (1_000 if after == "gpt-5.1" else 10_000)), *costs,
            )  # fmt: skip
            if images_every and (i + 1) % images_every == 0:
                for credits_before, credits_after, usd in IMAGES.values():
                    add(account, "image_generation", credits_before, credits_after, usd, usd)
    return dict(sums)


def money(line):
    """The same six numbers of a line of the forecast."""
    return [
        Decimal(line[side][name]) for side in ("before", "after") for name in ("credits", "revenue_usd", "cost_usd")
    ]


@pytest.fixture
def forecast(capsys):
    def run(*arguments):
        capsys.readouterr()
        call_command("harness", "forecast", "--json", *arguments)
        return json.loads(capsys.readouterr().out)

    return run


def assert_equal(found, sums):
    assert money(found["totals"]) == sums["all"]
    assert {line["name"]: money(line) for line in found["accounts"]} == {k: v for k, v in sums.items() if k != "all"}
    for lines in (found["operations"], found["models"], found["plans"], found["accounts"]):
        assert [sum(column) for column in zip(*map(money, lines), strict=True)] == sums["all"]
    assert found["unpriced"] == []


@pytest.mark.usefixtures("committed_demo")
class TestForecastOfTheTrace:
    def test_is_what_an_independent_computation_says(self, forecast):
        found = forecast("--trace", str(TRACE))
        assert found["totals"]["calls"] == ROWS
        assert money(found["totals"])[::3] == [Decimal(186_313), Decimal(31_820)]
        assert_equal(found, computed())

    def test_with_images_is_what_an_independent_computation_says(self, forecast):
        found = forecast("--trace", str(TRACE), "--images", str(IMAGES_EVERY))
        assert found["totals"]["calls"] == ROWS + 3 * (ROWS // IMAGES_EVERY)
        assert_equal(found, computed(images_every=IMAGES_EVERY))

    def test_with_the_new_default_in_place_of_the_old_one_is_too(self, forecast):
        found = forecast("--trace", str(TRACE), "--images", str(IMAGES_EVERY), "--move-defaults")
        assert [line["name"] for line in found["models"]][:2] == ["gpt-5.1", "gpt-4o-mini → gpt-5.1"]
        assert_equal(found, computed(moved=True, images_every=IMAGES_EVERY))

    def test_of_the_selection_alone_changes_no_price(self, forecast):
        found = forecast("--trace", str(TRACE), "--flag", "model-selection")
        assert found["totals"]["before"] == found["totals"]["after"]

    def test_begins_with_the_change_of_the_totals(self, capsys):
        capsys.readouterr()
        call_command("harness", "forecast", "--trace", str(TRACE))
        out = capsys.readouterr().out
        assert out.startswith("19,366 calls: 186,313 → 31,820 credits (−82.9 %); revenue 1,665.76 → 318.20,")
        assert "The token counts are those that were recorded" in out

    def test_writes_every_account_to_a_file(self, forecast, tmp_path):
        path = tmp_path / "forecast.csv"
        found = forecast("--trace", str(TRACE), "--csv", str(path))
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        by = Counter(row["by"] for row in rows)
        assert by == {"total": 1, "account": 12, "operation": 6, "model": 2, "plan": 4}
        assert {row["id"]: int(row["credits_after"]) for row in rows if row["by"] == "account"} == {
            line["account_id"]: line["after"]["credits"] for line in found["accounts"]
        }


@pytest.fixture(scope="module")
def replayed_live(committed_demo):
    """Rows of the trace with their images, charged while everybody is on the new prices."""
    with override_settings(IGNY8_RATES_SECONDS=1.0):
        for name in ("model-selection", "model-based-credits"):
            change_flag(name=name, change=FlagChange(everyone=True), actor="test")
        limit = ["--limit", str(REPLAYED)]
        call_command("harness", "replay", str(TRACE), "--run", "live", "--images", str(IMAGES_EVERY), *limit)


@pytest.fixture
def same_rows(tmp_path):
    """The rows of the trace that were replayed, as a file."""
    path = tmp_path / "trace.csv"
    with TRACE.open() as file:
        path.write_text("".join(islice(file, REPLAYED + 1)))
    return path


@pytest.mark.usefixtures("replayed_live")
class TestForecastAndReplay:
    def test_say_the_same_credits_of_every_account(self, forecast, same_rows):
        found = forecast("--trace", str(same_rows), "--images", str(IMAGES_EVERY))
        charged = CreditTransaction.objects.filter(priced_by="candidate").values_list("account__name")
        sums = {name: -total for name, total in charged.annotate(total=Sum("amount")).order_by()}
        assert len(sums) == 12
        assert {line["name"]: line["after"]["credits"] for line in found["accounts"]} == sums

    def test_of_the_log_that_it_leaves_is_the_forecast_of_the_trace(self, forecast, same_rows):
        of_trace = forecast("--trace", str(same_rows), "--images", str(IMAGES_EVERY))
        of_log = forecast("--since", "1d", "--keep-models")
        assert CreditUsageLog.objects.count() == of_log["totals"]["calls"] > REPLAYED
        for name in ("totals", "operations", "models", "plans"):
            assert of_log[name] == of_trace[name]

    def test_of_the_log_moves_the_calls_on_the_default(self, forecast, same_rows):
        of_trace = forecast("--trace", str(same_rows), "--images", str(IMAGES_EVERY), "--move-defaults")
        of_log = forecast("--since", "1d")
        assert (of_log["totals"], of_log["models"]) == (of_trace["totals"], of_trace["models"])

    def test_prices_each_row_as_the_list_of_rows_has_it(self, forecast, same_rows):
        legacy = sum(row[2] for row in islice(expected(), REPLAYED))
        assert forecast("--trace", str(same_rows))["totals"]["before"]["credits"] == legacy
        assert Account.objects.count() == 12
