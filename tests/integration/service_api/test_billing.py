"""Balance, usage and the ledger, as a customer reads them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from freezegun import freeze_time

from igny8_core.business.billing.models import CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.seed import seed

from .clients import API, data_of, error_of

USAGE = f"{API}billing/usage/"
SUMMARY = f"{USAGE}summary/"
TRANSACTIONS = f"{API}billing/transactions/"


def used(account, *, operation="clustering", model="gpt-5.1", at="2026-11-10T12:00:00Z", credits=3, cost="0.001375"):
    row = CreditUsageLog.objects.create(
        account=account,
        operation_type=operation,
        model_used=model,
        credits_used=credits,
        cost_usd=None if cost is None else Decimal(cost),
        tokens_input=1_000,
        tokens_output=100,
    )
    CreditUsageLog.objects.filter(pk=row.pk).update(created_at=datetime.fromisoformat(at))
    return row.pk


class TestBalance:
    def test_is_the_accounts(self, customer):
        assert data_of(customer.get(f"{API}billing/balance/")) == {"credits": 10_000, "included_credits": 50_000}


class TestCharge:
    def test_is_in_balance_usage_and_transactions(self, customer, account):
        seed()
        receipt = CreditService.deduct_credits_for_operation(
            account=account,
            operation_type="clustering",
            model="gpt-5.1",
            usage=Usage(tokens_input=2_660, tokens_output=100),
            operation_id="cluster-1",
        )
        assert data_of(customer.get(f"{API}billing/balance/"))["credits"] == 10_000 - receipt.credits
        (usage,) = customer.get(USAGE).json()["results"]
        del usage["id"], usage["created_at"]
        assert usage == {
            "operation_type": "clustering", "model_used": "gpt-5.1", "tokens_input": 2_660, "tokens_output": 100,
            "credits_used": receipt.credits, "cost_usd": "0.004325", "related_object_type": "",
            "related_object_id": "",
        }  # fmt: skip
        charge, purchase = customer.get(TRANSACTIONS).json()["results"]
        assert (charge["amount"], charge["balance_after"], charge["operation_id"]) == (
            -receipt.credits,
            10_000 - receipt.credits,
            "cluster-1",
        )
        assert (purchase["transaction_type"], purchase["amount"]) == ("purchase", 10_000)


class TestUsage:
    def test_is_listed_newest_first(self, customer, account):
        days = [used(account, at=f"2026-11-{day:02}T12:00:00Z") for day in (3, 1, 2)]
        found = [row["id"] for row in customer.get(USAGE).json()["results"]]
        assert found == [days[0], days[2], days[1]]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("operation=clustering", {"first", "last"}), ("model=gpt-4o", {"first", "middle"}),
            ("operation=clustering&model=gpt-4o", {"first"}), ("model=unknown", set()),
            ("since=2026-11-02", {"middle", "last"}), ("until=2026-11-02", {"first", "middle"}),
            ("since=2026-11-02&until=2026-11-02", {"middle"}), ("since=2026-11-04", set()),
        ],
    )  # fmt: skip
    def test_is_narrowed_by(self, customer, account, query, expected):
        rows = {
            "first": used(account, model="gpt-4o", at="2026-11-01T23:59:59.999999Z"),
            "middle": used(account, operation="idea_generation", model="gpt-4o", at="2026-11-02T00:00:00Z"),
            "last": used(account, at="2026-11-03T00:00:00Z"),
        }
        found = {row["id"] for row in customer.get(f"{USAGE}?{query}").json()["results"]}
        assert found == {rows[name] for name in expected}

    @pytest.mark.parametrize(
        ("query", "wrong"),
        [
            ("operation=nothing", "operation"), ("since=yesterday", "since"), ("since=0001-01-01", "since"),
            ("until=9999-12-31", "until"), ("since=2026-02-02&until=2026-02-01", "until"), ("page=0", "page"),
            ("page_size=201", "page_size"), ("model=", "model"), (f"model={'x' * 101}", "model"), ("sort=id", "sort"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("url", [USAGE])
    def test_is_not_asked_for_by(self, customer, url, query, wrong):
        response = customer.get(f"{url}?{query}")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])

    @pytest.mark.parametrize("url", [USAGE, TRANSACTIONS, SUMMARY])
    def test_costs_the_same_queries_however_much_there_is(self, customer, account, url):
        def queries():
            with CaptureQueriesContext(connection) as captured:
                assert customer.get(url).status_code == 200
            return len(captured)

        used(account)
        few = queries()
        for index in range(20):
            used(account, model=f"model-{index}")
            CreditService.add_credits(account=account, amount=1, transaction_type="purchase", description="more")
        assert queries() == few


class TestSummary:
    def test_sums_up_by_operation_and_model(self, customer, account, neighbour_account):
        used(account, credits=3)
        used(account, credits=4, cost="0.1")
        used(account, operation="idea_generation", credits=30, cost=None)
        used(neighbour_account, credits=500)
        summary = data_of(customer.get(f"{SUMMARY}?since=2026-11-01&until=2026-11-30"))
        assert summary["groups"] == [
            {"operation_type": "idea_generation", "model_used": "gpt-5.1", "operations": 1, "credits": 30,
             "tokens_input": 1_000, "tokens_output": 100, "cost_usd": None},
            {"operation_type": "clustering", "model_used": "gpt-5.1", "operations": 2, "credits": 7,
             "tokens_input": 2_000, "tokens_output": 200, "cost_usd": "0.101375"},
        ]  # fmt: skip
        assert summary["total"] == {
            "operations": 3, "credits": 37, "tokens_input": 3_000, "tokens_output": 300, "cost_usd": "0.101375",
        }  # fmt: skip

    @freeze_time("2026-11-30T23:00:00Z")
    @pytest.mark.parametrize(
        ("query", "period"),
        [
            ("", ("2026-11-01", "2026-11-30")), ("since=2026-11-20", ("2026-11-20", "2026-11-30")),
            ("until=2026-03-30", ("2026-03-01", "2026-03-30")),
        ],
    )  # fmt: skip
    def test_is_of_the_last_thirty_days_where_nothing_is_said(self, customer, account, query, period):
        for day in period:
            used(account, at=f"{day}T00:00:00Z")
            used(account, at=f"{day}T23:59:59Z")
        before = datetime.fromisoformat(period[0]).replace(tzinfo=UTC) - timedelta(seconds=1)
        used(account, at=before.isoformat())
        summary = data_of(customer.get(f"{SUMMARY}?{query}"))
        assert (summary["since"], summary["until"]) == period
        assert summary["total"]["operations"] == 4

    def test_of_nothing_is_zero(self, customer):
        summary = data_of(customer.get(SUMMARY))
        assert summary["groups"] == []
        assert summary["total"] == {
            "operations": 0, "credits": 0, "tokens_input": 0, "tokens_output": 0, "cost_usd": None,
        }  # fmt: skip

    @pytest.mark.parametrize(("days", "status"), [(365, 200), (366, 400)])
    def test_is_of_a_year_at_most(self, customer, days, status):
        until = datetime(2026, 11, 30, tzinfo=UTC).date()
        response = customer.get(f"{SUMMARY}?since={until - timedelta(days=days)}&until={until}")
        assert response.status_code == status


class TestTransactions:
    def test_are_narrowed_by_type(self, customer, account):
        CreditService.add_credits(account=account, amount=5, transaction_type="refund", description="sorry")
        found = customer.get(f"{TRANSACTIONS}?type=refund").json()["results"]
        assert [(row["amount"], row["description"]) for row in found] == [(5, "sorry")]

    def test_show_nothing_of_how_they_were_priced(self, customer):
        (row,) = customer.get(TRANSACTIONS).json()["results"]
        assert not {"priced_by", "control_credits", "candidate_credits", "metadata", "content_hash"} & row.keys()
