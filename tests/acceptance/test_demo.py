"""The demo leaves a comparison log that has seen every path, and an inbox of what is truly different."""

import socket

import pytest
from django.core.management import call_command
from django.db.models import Sum

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.migration_plan import PLAN
from migration_harness import queries
from migration_harness.log import recorder
from migration_harness.models import Comparison

from .conftest import process, until


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def demo_at_work(committed_demo, tmp_path_factory):
    from django.test import override_settings

    logs, port = tmp_path_factory.mktemp("demo"), free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        pytest.MonkeyPatch.context() as environment,
        override_settings(IGNY8_SANDBOX_URL=url, MEDIA_ROOT=str(logs / "media")),
    ):
        environment.setenv("IGNY8_SANDBOX_URL", url)
        sandbox = process("igny8_core.ai.sandbox", "--port", str(port), log=logs / "sandbox")
        worker = process("celery", "-A", "igny8_core", "worker", "--concurrency", "2", log=logs / "worker")
        with sandbox, worker as started:
            until(lambda: listens(port))
            call_command("demo")
            recorder.buffer.flush()
            assert started.poll() is None
        yield


@pytest.mark.usefixtures("demo_at_work")
class TestDemo:
    def test_leaves_every_stratum_that_the_plan_expects(self):
        rows = Comparison.objects.filter(seam__in=["credits.text", "credits.image"])
        seen = list(rows.values_list("execution_path", "group").distinct())
        expected = PLAN.phase(4).strata
        missing = [
            each for each in expected if not any(each.has(execution_path=path, group=group) for path, group in seen)
        ]
        assert missing == []
        assert len(expected) == 17

    def test_leaves_the_new_default_explained_and_the_broken_one_open(self):
        defaults = [d for d in queries.discrepancies() if d.seam == "models.default"]
        states = {(d.group, d.verdict): d.state for d in defaults}
        assert states == {(("text",), "intended"): "explained", (("image",), "mismatch"): "open"}
        assert [d.seam for d in queries.discrepancies() if d.state == "open"] == ["models.default"]

    def test_shows_both_models_of_each_difference(self):
        shown = {
            (difference["control"], difference["candidate"])
            for found in queries.discrepancies() if found.seam == "models.default"
            for sample in queries.samples(found.signature) for difference in sample.payload["differences"]
        }  # fmt: skip
        assert shown == {("gpt-4o-mini", "gpt-5.1"), ("bria:10@1", "dall-e-3")}

    def test_charges_nothing_again_when_it_is_repeated(self):
        before = CreditTransaction.objects.aggregate(sum=Sum("amount"))
        call_command("demo")
        assert CreditTransaction.objects.aggregate(sum=Sum("amount")) == before

    def test_leaves_a_ledger_that_adds_up(self):
        for account in Account.objects.all():
            total = account.transactions.aggregate(total=Sum("amount"))["total"]
            assert account.opening_credits + total == account.credits
