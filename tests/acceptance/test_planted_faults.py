"""What is wrong on the new side shows before anybody is switched, and costs no customer anything."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, IntegrationProvider
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.secret import Secret

from .trace import OPERATIONS, TRACE, expected

LIMIT = 720
"""Twelve accounts, six operations, ten times: every pair of operation and model."""


@pytest.fixture(scope="module")
def wrong_price(committed_demo):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_aimodelconfig SET tokens_per_credit = 100 WHERE model_name = 'gpt-5.1'")
    call_command("harness", "replay", str(TRACE), "--run", "second", "--limit", str(LIMIT))
    yield
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=1_000)


@pytest.mark.legacy
@pytest.mark.usefixtures("wrong_price")
class TestWrongPrice:
    """A wrong tokens_per_credit put into the database by SQL, before anybody is switched."""

    def waiting(self):
        return [d for d in queries.discrepancies() if d.state == "open" and d.seam == "credits.text"]

    def test_is_one_discrepancy_for_each_operation_and_affected_model(self):
        found = {(d.seam, *d.group) for d in self.waiting()}
        assert found == {("credits.text", operation, "gpt-5.1") for operation in OPERATIONS}
        assert len(self.waiting()) == 6

    def test_shows_both_values_and_the_field_that_differs(self):
        prices = list(expected())
        for found in self.waiting():
            for sample in queries.samples(found.signature):
                _, _, legacy, new = prices[int(sample.operation_id.rsplit(":", 1)[1])]
                (difference,) = sample.payload["differences"]
                assert (difference["path"], difference["control"]) == ("credits", legacy)
                assert difference["candidate"] > new == sample.payload["expected"]

    def test_charged_the_customers_the_legacy_price_all_the_same(self):
        charged = CreditTransaction.objects.filter(operation_id__startswith="replay:second:")
        legacy = sum(price for _, _, price, _ in list(expected())[:LIMIT])
        assert -charged.aggregate(total=Sum("amount"))["total"] == legacy


@pytest.fixture(scope="module")
def altered_key(wrong_price):
    provider = IntegrationProvider.objects.get(pk="openai")
    provider.api_key = "sk-altered-b61c0e55aa"
    provider.save()
    call_command("harness", "replay", str(TRACE), "--run", "altered key", "--limit", "12")
    yield
    provider.api_key = DEMO_KEYS["openai"]
    provider.save()


@pytest.mark.usefixtures("altered_key")
class TestAlteredKey:
    def test_shows_as_one_mismatch_with_two_fingerprints(self):
        (found,) = [d for d in queries.discrepancies() if d.seam == "keys.provider_key"]
        (difference,) = queries.samples(found.signature)[0].payload["differences"]
        fingerprints = {
            Secret(DEMO_KEYS["openai"]).fingerprint,
            Secret("sk-altered-b61c0e55aa").fingerprint,
        }
        assert (found.verdict, found.count, found.group) == ("mismatch", 12, ("openai", "text"))
        assert {difference["control"], difference["candidate"]} == fingerprints


@pytest.mark.usefixtures("wrong_price", "altered_key")
class TestSecrets:
    """After all of this, no API key is anywhere but where it belongs."""

    KEYS = (*DEMO_KEYS.values(), "sk-altered-b61c0e55aa")

    def test_are_in_no_table_of_the_harness_and_in_no_billing_table(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
                "AND table_name <> 'system_globalintegrationsettings'"
            )
            tables = [name for (name,) in cursor.fetchall()]
            for table in tables:
                for key in self.KEYS:
                    cursor.execute(f'SELECT count(*) FROM "{table}" row WHERE row::text LIKE %s', [f"%{key}%"])
                    assert (table, cursor.fetchone()[0]) == (table, 0)
        assert "migration_harness_comparisonsample" in tables

    def test_are_on_no_page(self, client, django_user_model):
        operator = django_user_model.objects.create_superuser("op", password="op")
        client.force_login(operator)
        pages = ["/migration/"] + [f"/migration/discrepancies/{d.signature}/" for d in queries.discrepancies()]
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200
            assert not any(key in answer.text for key in self.KEYS)


@pytest.mark.usefixtures("wrong_price", "altered_key")
class TestLedger:
    def test_adds_up_for_every_account_after_all_of_this(self):
        for account in Account.objects.all():
            total = account.transactions.aggregate(total=Sum("amount"))["total"]
            assert account.opening_credits + total == account.credits
