"""Stored choices that have no price on the new side: found, and mapped by a person."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from igny8_core.auth.models import Account, Plan
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.exceptions import MappingRefused
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.system.retired_choices import Where, retired_choices, retired_models
from igny8_core.modules.system.retired_mapping import map_retired
from migration_harness.authority.actors import of_machine
from migration_harness.models import AuditEvent
from migration_harness.trail import audit
from tests.people import APPROVER, OPERATOR, VIEWER, person

pytestmark = pytest.mark.usefixtures("demo")


def choose(name, *, site=False, **chosen):
    account = Account.objects.get(name=name)
    return IntegrationSettings.objects.create(account=account, site=account.sites.get() if site else None, **chosen)


def found():
    return [(choice.model, choice.field, choice.account, choice.site) for choice in retired_choices()]


def mapping(retired="gpt-4.1", to="gpt-5.1", reason="decided on Monday", **options):
    return map_retired(retired=retired, to=to, actor="olga", reason=reason, **options)


DEMO = [
    ("bria:10@1", "runware_model", "", ""),
    ("gpt-4.1", "text_model", "Kestrel Drones", "Kestrel Drones blog"),
    ("dall-e-2", "image_model", "Linden Realty", "Linden Realty blog"),
]


class TestRetiredChoices:
    def test_are_those_of_the_installation_of_accounts_and_of_sites(self):
        choose("Amber Bakery", image_model="runware:100@1")
        assert found() == [*DEMO[:2], ("runware:100@1", "image_model", "Amber Bakery", ""), DEMO[2]]

    @pytest.mark.parametrize("chosen", [{}, {"text_model": "gpt-4o"}, {"image_model": "google:4@2"}], ids=str)
    def test_leave_out_what_is_empty_or_has_a_price(self, chosen):
        choose("Amber Bakery", **chosen)
        assert found() == DEMO

    @pytest.mark.parametrize(
        "change", [{"is_active": False}, {"tokens_per_credit": None}], ids=["inactive", "without a price"]
    )
    def test_count_a_model_whose_row_is(self, change):
        choose("Amber Bakery", text_model="gpt-4o")
        AIModelConfig.objects.filter(model_name="gpt-4o").update(**change)
        assert ("gpt-4o", "text_model", "Amber Bakery", "") in found()

    def test_count_a_model_of_the_other_type(self):
        choose("Amber Bakery", text_model="dall-e-3")
        assert ("dall-e-3", "text_model", "Amber Bakery", "") in found()

    def test_say_which_of_them_have_no_effect_now(self):
        free = choose("Amber Bakery", text_model="gpt-4.1")
        assert not Plan.objects.get(pk=free.account.plan_id).allows_overrides
        told = {(choice.field, choice.account): choice.in_effect for choice in retired_choices()}
        assert told == {
            ("runware_model", ""): False,
            ("text_model", "Amber Bakery"): False,
            ("text_model", "Kestrel Drones"): True,
            ("image_model", "Linden Realty"): True,
        }
        GlobalIntegrationSettings.objects.update(default_image_service="runware")
        assert retired_choices()[0].in_effect

    @pytest.mark.legacy
    def test_are_grouped_by_what_is_decided_at_once(self):
        choose("Amber Bakery", image_model="dall-e-2")
        groups = [(each.where, each.model, len(each.choices)) for each in retired_models()]
        assert groups == [("global", "bria:10@1", 1), ("accounts", "dall-e-2", 2), ("accounts", "gpt-4.1", 1)]


class TestMapping:
    def test_stores_the_target_wherever_the_retired_model_is(self):
        choose("Amber Bakery", text_model="gpt-4.1")
        GlobalIntegrationSettings.objects.update(openai_model="gpt-4.1")
        assert mapping().fields == {"openai_model": 1, "text_model": 2}
        assert GlobalIntegrationSettings.objects.get().openai_model == "gpt-5.1"
        assert not IntegrationSettings.objects.filter(text_model="gpt-4.1").exists()
        assert IntegrationSettings.objects.filter(text_model="gpt-5.1").count() == 2

    def test_changes_nothing_the_second_time(self):
        mapping()
        events = AuditEvent.objects.count()
        assert (mapping().count, AuditEvent.objects.count()) == (0, events)

    def test_is_on_the_audit_trail(self):
        mapping()
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.subject) == ("olga", "map retired choice", "retired choice gpt-4.1")
        assert (event.before, event.after, event.reason) == (
            {"model": "gpt-4.1"},
            {"model": "gpt-5.1"},
            "decided on Monday",
        )
        assert event.evidence == {"text_model": 1}
        assert audit.verify()

    def test_of_the_installations_choice_is_a_decision_like_the_others(self):
        assert mapping("bria:10@1", "runware:97@1").fields == {"runware_model": 1}
        assert "bria:10@1" not in [choice.model for choice in retired_choices()]

    @pytest.mark.legacy
    def test_may_leave_the_installations_choice_alone(self):
        choose("Amber Bakery", image_model="bria:10@1")
        assert mapping("bria:10@1", "dall-e-3", where=[Where.ACCOUNTS]).fields == {"image_model": 1}
        assert GlobalIntegrationSettings.objects.get().runware_model == "bria:10@1"

    @pytest.mark.parametrize(
        ("retired", "to", "said"),
        [
            ("gpt-4.1", "gpt-6", "There is no model 'gpt-6'"),
            ("gpt-4.1", "dall-e-3", "is stored as a model for text"),
            ("dall-e-2", "gpt-5.1", "is stored as a model for image"),
            ("gpt-4.1", "inactive", "inactive is not active"),
            ("gpt-4.1", "unpriced", "unpriced has no tokens_per_credit and no input_cost_per_1m"),
            ("gpt-4o", "gpt-5.1", "gpt-4o is not retired"),
            ("bria:10@1", "dall-e-3", "runware_model of the global settings is asked of runware"),
        ],
    )  # fmt: skip
    def test_is_refused(self, retired, to, said):
        like = {"model_type": "text", "provider": "openai", "display_name": "-"}
        AIModelConfig.objects.create(model_name="inactive", is_active=False, tokens_per_credit=1, **like)
        AIModelConfig.objects.create(model_name="unpriced", **like)
        with pytest.raises(MappingRefused, match=said):
            mapping(retired, to)
        assert found() == DEMO

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_needs_a_reason(self, reason):
        with pytest.raises(MappingRefused, match="needs a reason"):
            mapping(reason=reason)


class TestCommand:
    def run(self, *arguments):
        out = StringIO()
        call_command("retired_choices", *arguments, stdout=out)
        return out.getvalue()

    def test_lists_whose_choice_it_is(self):
        out = self.run()
        assert "gpt-4.1          text_model     Kestrel Drones: Kestrel Drones blog\n" in out
        assert "bria:10@1        runware_model  the installation  (without effect now)\n" in out
        assert "3 stored choices have no price" in out

    def test_maps_several_and_says_so(self):
        out = self.run(
            "--map", "gpt-4.1=gpt-5.1", "--map", "dall-e-2=dall-e-3", "--map", "bria:10@1=google:4@2", "--reason", "r"
        )  # fmt: skip
        assert "gpt-4.1 → gpt-5.1: 1 choice changed (text_model 1).\n" in out
        assert "Every stored choice has an active, priced row." in out

    def test_maps_as_whoever_is_named_and_as_the_user_of_the_machine_else(self):
        person("olga", OPERATOR)
        self.run("--map", "gpt-4.1=gpt-5.1", "--reason", "r", "--as", "olga")
        self.run("--map", "dall-e-2=dall-e-3", "--reason", "r")
        actors = AuditEvent.objects.filter(action="map retired choice").order_by("id").values_list("actor", flat=True)
        assert list(actors) == ["olga", of_machine().name]

    @pytest.mark.parametrize("role", [None, VIEWER, APPROVER])
    def test_is_refused_to_whoever_may_not_and_that_is_on_the_trail(self, role):
        person("vic", *filter(None, [role]))
        with pytest.raises(CommandError, match="vic may not map retired choices") as caught:
            self.run("--map", "gpt-4.1=gpt-5.1", "--reason", "r", "--as", "vic")
        assert (caught.value.returncode, found() == DEMO) == (3, True)
        event = AuditEvent.objects.get(action="refuse")
        assert (event.actor, event.evidence["asked"]) == ("vic", "map a choice")
        assert "3 stored choices have no price" in self.run("--as", "vic")

    def test_knows_nobody_by_another_name(self):
        with pytest.raises(CommandError, match="There is no active user 'nobody'") as caught:
            self.run("--map", "gpt-4.1=gpt-5.1", "--reason", "r", "--as", "nobody")
        assert caught.value.returncode == 2

    def test_maps_all_or_nothing(self):
        with pytest.raises(CommandError, match="There is no model 'gpt-6'"):
            self.run("--map", "gpt-4.1=gpt-5.1", "--map", "dall-e-2=gpt-6", "--reason", "r")
        assert found() == DEMO

    @pytest.mark.parametrize("text", ["gpt-4.1", "=gpt-5.1", "gpt-4.1="])
    def test_refuses_half_a_mapping(self, text):
        with pytest.raises(CommandError, match="OLD=NEW") as caught:
            self.run("--map", text, "--reason", "r")
        assert caught.value.returncode == 2

    @pytest.mark.legacy
    def test_prints_json_for_scripts(self):
        told = json.loads(self.run("--map", "gpt-4.1=gpt-5.1", "--where", "accounts", "--reason", "r", "--json"))
        assert told["mapped"] == [{"retired": "gpt-4.1", "model": "gpt-5.1", "fields": {"text_model": 1}}]
        assert [(each["where"], each["model"]) for each in told["retired"]] == [
            ("global", "bria:10@1"), ("accounts", "dall-e-2"),
        ]  # fmt: skip


def test_seed_does_not_bring_a_mapped_choice_back():
    from igny8_core.seed import seed_demo

    mapping()
    seed_demo()
    assert "gpt-4.1" not in [choice.model for choice in retired_choices()]
