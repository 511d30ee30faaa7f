"""The admin of the service: what can be seen there, what can be changed, and that no key leaves it."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

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
from igny8_core.modules.system.retired_choices import retired_choices
from igny8_core.seed import DEMO_KEYS
from migration_harness.models import AuditEvent
from migration_harness.secret import Secret

PLANTED = {
    "api_key": "sk-planted-Qx7Lw2VbN9",
    "api_secret": "sec-planted-Hy4Rt8ZmK1",
    "webhook_secret": "whsec-planted-Jd6Fp3CsU5",
    "openai_api_key": "sk-planted-Ga5Ne8BiX2",
    "dalle_api_key": "sk-planted-Wo1Mu6DyT7",
    "runware_api_key": "rw-planted-Ek9Sv4PhL3",
    "anthropic_api_key": "an-planted-Iz2Cq7OfR8",
    "bria_api_key": "br-planted-Ub8Xj5AgM6",
}
REGISTERED = (
    Account, Plan, Site, User, AIModelConfig, AIModelPriceChange, BillingConfiguration, CreditCostConfig,
    CreditTransaction, CreditUsageLog, IntegrationProvider, GlobalIntegrationSettings, IntegrationSettings,
)  # fmt: skip


@pytest.fixture
def operator(demo, client):
    """A signed-in superuser's client."""
    client.force_login(User.objects.create_superuser("olga", password="planted-password"))
    return client


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def form_of(response):
    """Return what the page's form would send unchanged, inlines included."""
    form = response.context["adminform"].form
    sent = {}
    for field in form:
        value = field.value()
        if value is None or value is False:
            continue
        sent[field.html_name] = "on" if value is True else value
    for formset in response.context["inline_admin_formsets"]:
        for field in formset.formset.management_form:
            sent[field.html_name] = field.value()
        for row in formset.formset.forms:
            sent |= {field.html_name: field.value() for field in row if field.value() not in (None, False)}
    return sent


def submit(client, address, **changes):
    """Send a page's form with some changes; returns the answer."""
    sent = {name: value for name, value in (form_of(client.get(address)) | changes).items() if value is not None}
    return client.post(address, sent)


def errors_of(response):
    return response.context["adminform"].form.errors if response.status_code == 200 else {}


def model_page(name):
    return url(AIModelConfig, "change", AIModelConfig.objects.get(model_name=name).pk)


OPENAI = "/admin/billing/integrationprovider/openai/change/"
SETTINGS = "/admin/system/globalintegrationsettings/1/change/"


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


class TestNoKey:
    """No page, no error and no filter shows a planted key or a fragment of it."""

    @pytest.fixture(autouse=True)
    def _planted(self, operator):
        for name in ("api_key", "api_secret", "webhook_secret"):
            IntegrationProvider.objects.update(**{name: PLANTED[name]})
        keys = {name: key for name, key in PLANTED.items() if name.endswith("_api_key")}
        GlobalIntegrationSettings.objects.update(**keys)

    def fragments_in(self, response):
        told = response.content.decode() + str(response.headers)
        parts = {part for key in PLANTED.values() for part in (key, key[:-4], key[-10:], key[11:17])}
        return sorted(part for part in parts if part in told)

    def test_is_on_any_page_of_the_admin(self, operator):
        seen = 0
        for model in admin.site._registry:
            rows = list(model._default_manager.order_by("pk")[:5])
            pages = [url(model, "changelist"), url(model, "add")]
            pages += [url(model, page, row.pk) for row in rows for page in ("change", "history", "delete")]
            for address in pages:
                response = operator.get(address, follow=True)
                assert self.fragments_in(response) == [], address
                seen += response.status_code == 200
        assert seen > 100
        for address in ("/admin/", "/admin/system/integrationsettings/retired/", "/migration/"):
            assert self.fragments_in(operator.get(address)) == [], address

    @pytest.mark.parametrize(
        ("address", "field"),
        [(OPENAI, name) for name in ("api_key", "api_secret", "webhook_secret")]
        + [(SETTINGS, name) for name in PLANTED if name.endswith("_api_key")],
    )
    @pytest.mark.parametrize("typed", ["{} with-a-space", "{}" + "x" * 600], ids=["a space", "too long"])
    def test_that_was_refused_comes_back(self, operator, address, field, typed):
        response = submit(operator, address, **{f"enter_{field}": typed.format(PLANTED[field])})
        assert list(errors_of(response)) == [f"enter_{field}"]
        assert self.fragments_in(response) == []

    @pytest.mark.parametrize("address", [OPENAI, SETTINGS])
    def test_comes_back_where_another_field_was_refused(self, operator, address):
        broken = {"display_name": ""} if address == OPENAI else {"openai_temperature": "3"}
        field = "api_key" if address == OPENAI else "openai_api_key"
        response = submit(operator, address, **{f"enter_{field}": PLANTED[field], **broken})
        assert response.status_code == 200
        assert self.fragments_in(response) == []

    @pytest.mark.parametrize("name", ["api_key", "api_secret", "webhook_secret"])
    @pytest.mark.parametrize("lookup", ["", "__startswith", "__regex", "__isnull"])
    def test_can_be_found_out_by_a_filter(self, operator, name, lookup):
        page = url(IntegrationProvider, "changelist")
        assert operator.get(page, {f"{name}{lookup}": "1"}).status_code == 400
        assert operator.get(page, {"provider_id__startswith": "o"}).status_code == 200

    @pytest.mark.parametrize("name", [name for name in PLANTED if name.endswith("_api_key")])
    def test_of_the_settings_row_can_be_found_out_by_a_filter(self, operator, name):
        shown = admin.site._registry[GlobalIntegrationSettings]
        assert not shown.lookup_allowed(f"{name}__startswith", "s", None)

    def test_is_in_the_log_or_on_the_audit_trail_after_it_was_saved(self, operator, caplog):
        submit(operator, OPENAI, enter_api_key=PLANTED["openai_api_key"])
        told = caplog.text + "".join(
            f"{event.before}{event.after}{event.evidence}" for event in AuditEvent.objects.all()
        )
        assert Secret(PLANTED["openai_api_key"]).fingerprint in told
        assert [key for key in PLANTED.values() if key[3:12] + key[-4:] in told or key in told] == []


class TestProviderPage:
    def test_shows_whether_a_key_is_set_and_its_fingerprint(self, operator):
        told = text_of(operator.get(OPENAI))
        assert f"set · {Secret(DEMO_KEYS['openai']).fingerprint}" in told
        assert f"set · {Secret(DEMO_KEYS['openai']).fingerprint}" in text_of(
            operator.get(url(IntegrationProvider, "changelist"))
        )
        assert "not set" in text_of(operator.get(OPENAI.replace("openai", "stripe")))

    def test_saves_what_is_entered_through_the_seam(self, operator):
        assert submit(operator, OPENAI, enter_api_key="sk-entered-7").status_code == 302
        row = IntegrationProvider.objects.get(pk="openai")
        assert (row.api_key, row.updated_by.username) == (Secret("sk-entered-7"), "olga")
        # The demo's baseline is shadow: the legacy store has it too.
        assert GlobalIntegrationSettings.objects.get().openai_api_key == "sk-entered-7"
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.subject) == ("olga", "key of openai")

    @pytest.mark.parametrize("address", [OPENAI, SETTINGS])
    def test_leads_to_who_changed_a_key(self, operator, address):
        submit(operator, OPENAI, enter_api_key="sk-entered-7")
        trail = re.search(r'href="([^"]+)">In the audit trail', operator.get(address).content.decode())[1]
        told = text_of(operator.get(trail))
        assert "olga save provider key key of openai" in told

    def test_leaves_a_key_as_it_is_where_nothing_is_entered(self, operator):
        events = AuditEvent.objects.count()
        assert submit(operator, OPENAI, display_name="Open AI").status_code == 302
        row = IntegrationProvider.objects.get(pk="openai")
        assert (row.display_name, row.api_key) == ("Open AI", Secret(DEMO_KEYS["openai"]))
        assert AuditEvent.objects.count() == events

    def test_removes_a_key(self, operator):
        submit(operator, OPENAI, clear_api_key="on")
        assert not IntegrationProvider.objects.get(pk="openai").api_key
        assert GlobalIntegrationSettings.objects.get().openai_api_key == ""

    def test_does_not_both_enter_and_remove_one(self, operator):
        response = submit(operator, OPENAI, clear_api_key="on", enter_api_key="sk-entered-7")
        assert errors_of(response) == {"clear_api_key": ["Either enter the API key or remove it."]}

    @pytest.mark.parametrize("field", ["api_secret", "webhook_secret"])
    def test_keeps_the_other_secrets_too(self, operator, field):
        submit(operator, OPENAI.replace("openai", "stripe"), **{f"enter_{field}": "whsec-entered-7"})
        assert getattr(IntegrationProvider.objects.get(pk="stripe"), field) == Secret("whsec-entered-7")
        assert AuditEvent.objects.latest("id").after == {field: Secret("whsec-entered-7").fingerprint}

    def test_adds_a_provider_with_its_key(self, operator):
        sent = {
            "provider_id": "mailgun", "display_name": "Mailgun", "provider_type": "email", "is_active": "on",
            "config": "{}", "enter_api_key": "mg-entered-7",
        }  # fmt: skip
        assert operator.post(url(IntegrationProvider, "add"), sent).status_code == 302
        assert IntegrationProvider.objects.get(pk="mailgun").api_key == Secret("mg-entered-7")

    def test_can_be_used_where_a_key_cannot_be_decrypted(self, operator, settings):
        from cryptography.fernet import Fernet

        settings.IGNY8_FIELD_KEYS = [Fernet.generate_key().decode()]
        assert "unreadable with IGNY8_FIELD_KEYS" in text_of(operator.get(OPENAI))
        assert operator.get(url(IntegrationProvider, "changelist")).status_code == 200
        submit(operator, OPENAI, enter_api_key="sk-entered-7")
        assert IntegrationProvider.objects.get(pk="openai").api_key == Secret("sk-entered-7")


class TestSettingsPage:
    def test_saves_a_key_through_the_seam(self, operator):
        assert submit(operator, SETTINGS, enter_runware_api_key="rw-entered-7").status_code == 302
        assert GlobalIntegrationSettings.objects.get().runware_api_key == "rw-entered-7"
        assert IntegrationProvider.objects.get(pk="runware").api_key == Secret("rw-entered-7")

    def test_clears_the_second_openai_key(self, operator):
        GlobalIntegrationSettings.objects.update(dalle_api_key="sk-images-e0c5")
        submit(operator, SETTINGS, clear_dalle_api_key="on")
        assert GlobalIntegrationSettings.objects.get().dalle_api_key == ""

    def test_refuses_a_second_openai_key(self, operator):
        response = submit(operator, SETTINGS, enter_dalle_api_key="sk-images-e0c5")
        assert "Integration providers has a key for openai already" in errors_of(response)["enter_dalle_api_key"][0]

    def test_changes_the_rest_and_leaves_every_key(self, operator):
        before = GlobalIntegrationSettings.objects.values("openai_api_key", "runware_api_key").get()
        assert submit(operator, SETTINGS, max_in_article_images="3").status_code == 302
        row = GlobalIntegrationSettings.objects.get()
        assert row.max_in_article_images == 3
        assert GlobalIntegrationSettings.objects.values("openai_api_key", "runware_api_key").get() == before

    def test_writes_no_key_back_that_was_saved_meanwhile(self, operator):
        """The row is loaded without its keys, so saving it cannot bring an old one back."""
        shown = admin.site._registry[GlobalIntegrationSettings]
        row = shown.get_queryset(None).get()
        GlobalIntegrationSettings.objects.update(openai_api_key="sk-meanwhile-1")
        row.save()
        assert GlobalIntegrationSettings.objects.get().openai_api_key == "sk-meanwhile-1"

    def test_can_be_saved_while_a_choice_is_none_of_the_legacy_ones(self, operator):
        GlobalIntegrationSettings.objects.update(runware_model="google:4@2")
        assert submit(operator, SETTINGS, max_in_article_images="3").status_code == 302
        assert GlobalIntegrationSettings.objects.get().runware_model == "google:4@2"


class TestOwnSettingsPage:
    def test_refuses_a_site_of_another_account(self, operator):
        row = IntegrationSettings.objects.get(account__name="Kestrel Drones")
        other = Site.objects.get(account__name="Amber Bakery")
        response = submit(operator, url(IntegrationSettings, "change", row.pk), site=str(other.pk))
        assert errors_of(response) == {"site": ["Amber Bakery blog is a site of another account."]}

    def test_says_which_choice_has_no_price(self, operator):
        told = text_of(operator.get(url(IntegrationSettings, "changelist")))
        assert "Kestrel Drones blog gpt-4.1 (no price)" in told


class TestModelPage:
    def test_refuses_an_unsigned_price_with_file_and_approval(self, operator):
        response = submit(operator, model_page("gpt-4o"), tokens_per_credit="900", reason="cheaper")
        (told,) = errors_of(response)["tokens_per_credit"]
        assert "igny8_core/business/billing/price_list.toml" in told
        assert "IGNY8, finance" in told
        assert AIModelConfig.objects.get(model_name="gpt-4o").tokens_per_credit == 1_000

    def test_asks_for_a_reason(self, operator):
        response = submit(operator, model_page("gpt-4o"), input_cost_per_1m="3")
        assert "Say why: input_cost_per_1m" in errors_of(response)["reason"][0]

    def test_keeps_the_history_and_shows_it(self, operator):
        address = model_page("gpt-4o")
        assert submit(operator, address, input_cost_per_1m="3", reason="the provider's letter").status_code == 302
        change = AIModelPriceChange.objects.get()
        assert (change.before, change.after, change.actor) == ("2.5", "3", "olga")
        assert "the provider's letter" in operator.get(address).content.decode().replace("&#x27;", "'")

    def test_makes_a_model_the_default(self, operator):
        assert submit(operator, model_page("gpt-4o"), make_default="on", reason="cheaper").status_code == 302
        defaults = AIModelConfig.objects.filter(is_default=True).order_by("model_type")
        assert [row.model_name for row in defaults] == ["dall-e-3", "gpt-4o"]

    @pytest.mark.parametrize(
        "changes", [{"is_active": None}, {"tokens_per_credit": None}], ids=["inactive", "unpriced"]
    )
    def test_leaves_no_type_without_a_usable_default(self, operator, changes):
        response = submit(operator, model_page("gpt-5.1"), reason="r", **changes)
        assert list(errors_of(response)) == list(changes)
        assert AIModelConfig.objects.get(model_name="gpt-5.1").is_default

    @pytest.mark.parametrize(
        ("stored", "said"),
        [({"is_active": False}, "Only an active model"), ({"tokens_per_credit": None}, "Only a model with a price")],
        ids=["inactive", "unpriced"],
    )
    def test_makes_no_unusable_model_the_default(self, operator, stored, said):
        AIModelConfig.objects.filter(model_name="gpt-4o").update(**stored)
        response = submit(operator, model_page("gpt-4o"), make_default="on", reason="r")
        assert said in errors_of(response)["make_default"][0]

    def test_takes_no_default_away_by_a_forged_field(self, operator):
        submit(operator, model_page("gpt-4o"), is_default="on", reason="r")
        assert not AIModelConfig.objects.get(model_name="gpt-4o").is_default


class TestRetiredPage:
    ADDRESS = "/admin/system/integrationsettings/retired/"

    def map_(self, client, **changes):
        sent = {"retired": "gpt-4.1", "where": "accounts", "to": "gpt-5.1", "reason": "decided on Monday"}
        return client.post(self.ADDRESS, sent | changes, follow=True)

    def test_lists_whose_choice_has_no_price(self, operator):
        told = text_of(operator.get(self.ADDRESS))
        assert "3 retired models are still stored as a choice" in told
        assert "Kestrel Drones Kestrel Drones blog text_model yes" in told
        assert "bria:10@1 , chosen for images by the installation" in told

    def test_offers_the_models_that_fit(self, operator):
        html = operator.get(self.ADDRESS).content.decode()
        cards = {re.search(r"<code>(.*?)</code>", card)[1]: card for card in html.split('class="card"')[1:]}
        offered = {name: re.findall(r'<option value="([^"]+)"', card) for name, card in cards.items()}
        assert offered == {
            "bria:10@1": ["runware:97@1", "google:4@2"],
            "dall-e-2": ["runware:97@1", "dall-e-3", "google:4@2"],
            "gpt-4.1": ["gpt-5.1", "gpt-4o", "gpt-4o-mini"],
        }

    def test_maps_with_a_reason(self, operator):
        assert "gpt-4.1 → gpt-5.1: 1 choice changed (text_model 1)." in text_of(self.map_(operator))
        assert "gpt-4.1" not in [choice.model for choice in retired_choices()]
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.reason) == ("olga", "decided on Monday")

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"reason": ""}, "Say what the choices become, and why."),
            ({"to": "dall-e-3"}, "gpt-4.1 is stored as a model for text"),
            ({"where": "nowhere"}, "Say what the choices become, and why."),
        ],
    )
    def test_refuses_and_says_why(self, operator, changes, said):
        assert said in text_of(self.map_(operator, **changes))
        assert "gpt-4.1" in [choice.model for choice in retired_choices()]

    def test_says_when_nothing_is_left(self, operator):
        IntegrationSettings.objects.all().delete()
        GlobalIntegrationSettings.objects.update(runware_model="runware:97@1")
        assert "Every stored choice has an active, priced row" in text_of(operator.get(self.ADDRESS))

    def test_shows_whoever_may_only_look_no_form(self, client, demo):
        from django.contrib.auth.models import Permission

        viewer = User.objects.create_user("viewer", is_staff=True)
        viewer.user_permissions.add(Permission.objects.get(codename="view_integrationsettings"))
        client.force_login(viewer)
        assert "Becomes" not in text_of(client.get(self.ADDRESS))
        assert self.map_(client).status_code == 403
