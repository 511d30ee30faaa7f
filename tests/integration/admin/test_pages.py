"""The admin of the service: what can be seen there, and by whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from igny8_core.auth.models import Account, Plan, Site, User
from igny8_core.business.billing.models import (
    AIModelConfig,
    AIModelPriceChange,
    BillingConfiguration,
    CreditCostConfig,
    CreditTransaction,
    CreditUsageLog,
    IntegrationProvider,
)
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.services.model_service import save_model
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings

from .pages import submit, text_of, url

REGISTERED = (
    Account, Plan, Site, User, AIModelConfig, AIModelPriceChange, BillingConfiguration, CreditCostConfig,
    CreditTransaction, CreditUsageLog, IntegrationProvider, GlobalIntegrationSettings, IntegrationSettings,
)  # fmt: skip


class TestPages:
    @pytest.fixture(autouse=True)
    def _something_to_see(self, operator):
        account = Account.objects.order_by("pk").first()
        CreditService.deduct_credits_for_operation(
            account=account,
            operation_type="clustering",
            model="gpt-5.1",
            usage=Usage(tokens_input=10, tokens_output=10),
            operation_id="o",
        )
        save_model(model=AIModelConfig.objects.get(model_name="gpt-4o"), actor="olga", reason="r", make_default=True)

    @pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
    def test_of_every_model_can_be_looked_at(self, operator, model):
        assert operator.get(url(model, "changelist"), follow=True).status_code == 200
        row = model._default_manager.order_by("pk").last()
        assert operator.get(url(model, "change", row.pk)).status_code == 200
        assert operator.get(url(model, "history", row.pk)).status_code == 200

    @pytest.mark.parametrize(
        "model", [Account, Plan, Site, User, AIModelConfig, IntegrationProvider, IntegrationSettings]
    )
    def test_of_some_models_can_be_added_to(self, operator, model):
        assert operator.get(url(model, "add")).status_code == 200

    @pytest.mark.parametrize("model", [CreditTransaction, CreditUsageLog, AIModelPriceChange])
    def test_of_what_happened_change_nothing(self, operator, model):
        row = model.objects.latest("id")
        assert operator.get(url(model, "add")).status_code == 403
        assert operator.post(url(model, "change", row.pk), {}).status_code == 403
        assert operator.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize(
        "model", [Account, Plan, AIModelConfig, CreditCostConfig, IntegrationProvider, GlobalIntegrationSettings]
    )
    def test_of_what_others_refer_to_delete_nothing(self, operator, model):
        row = model.objects.order_by("pk").first()
        assert operator.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("model", [GlobalIntegrationSettings, BillingConfiguration])
    def test_of_a_single_row_go_to_it_and_create_it(self, operator, model):
        model.objects.all().delete()
        response = operator.get(url(model, "changelist"), follow=True)
        assert response.redirect_chain[-1][0] == url(model, "change", 1)
        assert operator.get(url(model, "add")).status_code == 403

    def test_are_closed_to_customers(self, client, demo):
        client.force_login(User.objects.create_user("customer", account=Account.objects.first()))
        for model in REGISTERED:
            assert client.get(url(model, "changelist")).status_code == 302
        assert client.get("/admin/system/integrationsettings/retired/").status_code == 302

    @pytest.mark.parametrize("model", [Account, CreditTransaction, CreditUsageLog, IntegrationSettings, Site])
    def test_of_a_list_ask_the_same_number_of_queries_for_more_rows(self, operator, model):
        def count():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                operator.get(url(model, "changelist"))
            return len(queries)

        few = count()
        plan = Plan.objects.first()
        for number in range(5):
            account = Account.objects.create(name=f"More {number}", plan=plan)
            site = Site.objects.create(account=account, name="s")
            IntegrationSettings.objects.create(account=account, site=site, text_model="gpt-4.1")
            row = CreditService.add_credits(
                account=account, amount=5, transaction_type="purchase", description="", operation_id=f"m{number}"
            )
            CreditUsageLog.objects.create(
                account=account, operation_type="clustering", credits_used=1, transaction_id=row.transaction_id
            )
        assert count() == few


class TestLogin:
    def test_leads_to_the_console(self, client, demo):
        User.objects.create_superuser("olga", password="planted-password")
        sent = {"username": "olga", "password": "planted-password"}
        assert client.post("/admin/login/", sent, follow=True).redirect_chain[-1][0] == "/migration/"


class TestAccountPage:
    def test_shows_the_balance_and_the_ledger_and_takes_no_balance(self, operator, demo):
        account = Account.objects.get(name="Amber Bakery")
        address = url(Account, "change", account.pk)
        assert "Demo credits" in text_of(operator.get(address))
        assert submit(operator, address, name="Amber & Sons", credits="1").status_code == 302
        account.refresh_from_db()
        assert (account.name, account.credits) == ("Amber & Sons", 250_000)
