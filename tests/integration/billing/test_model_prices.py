"""What may be entered about a model, and what is kept of it."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from igny8_core.auth.models import User
from igny8_core.business.billing import signed_prices
from igny8_core.business.billing.models import AIModelConfig, AIModelPriceChange
from igny8_core.business.billing.services.model_service import save_model
from igny8_core.migration_plan import PLAN
from igny8_core.seed import MODELS
from migration_harness.api import plan_is_running
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.models import Flag

pytestmark = pytest.mark.usefixtures("demo")

NAMES = [flag.name for flag in PLAN.flags]


def complete_the_plan():
    for planned in PLAN.flags:
        create_flag(planned=planned, baseline=Stage.OFF, actor="tester")
        change_flag(name=planned.name, change=FlagChange(everyone=True, stage=Stage.COMPLETE), actor="tester")


def model(name="gpt-4o", **changes):
    row = AIModelConfig.objects.get(model_name=name)
    for field, value in changes.items():
        setattr(row, field, value)
    return row


def added(**fields):
    return AIModelConfig(**{"provider": "openai", "display_name": "New", "model_type": "text", **fields})


def save(row, reason="agreed", **options):
    return save_model(model=row, actor="olga", reason=reason, **options)


def history(name="gpt-4o"):
    rows = AIModelPriceChange.objects.filter(model__model_name=name).order_by("id")
    return list(rows.values_list("field", "before", "after", "actor", "reason"))


@pytest.mark.legacy
class TestPlan:
    def test_is_running_from_its_first_flag_to_complete_for_everyone_of_the_last(self):
        assert plan_is_running()
        complete_the_plan()
        assert not plan_is_running()

    @pytest.mark.parametrize("name", NAMES)
    def test_is_running_again_after_a_rollback(self, name):
        complete_the_plan()
        roll_back(name=name, actor="tester")
        assert plan_is_running()

    @pytest.mark.parametrize(
        "change",
        [FlagChange(account_id="1", membership="off"), FlagChange(everyone=None), FlagChange(stage=Stage.LIVE)],
        ids=["an account is out", "not for everyone", "still live"],
    )
    def test_is_running_while_a_flag_is_not_complete_for_everyone(self, change):
        complete_the_plan()
        change_flag(name="model-based-credits", change=change, actor="tester")
        assert plan_is_running()

    def test_is_running_before_its_flags_are_created(self):
        assert Flag.objects.filter(name__in=NAMES).exists()
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("DELETE FROM migration_harness_flag")
        assert plan_is_running()


@pytest.mark.legacy
class TestPriceDuringTheMigration:
    @pytest.mark.parametrize("price", [900, 1, None])
    def test_is_refused_with_the_file_and_the_approval_that_it_needs(self, price):
        with pytest.raises(ValidationError) as caught:
            save(model(tokens_per_credit=price))
        told = caught.value.message_dict["tokens_per_credit"][0]
        assert "The signed price list has 1,000 for gpt-4o" in told
        assert "igny8_core/business/billing/price_list.toml" in told
        assert "IGNY8, finance" in told
        assert model().tokens_per_credit == 1_000
        assert history() == []

    def test_of_an_image_is_refused_too(self):
        with pytest.raises(ValidationError, match="has 5 for dall-e-3"):
            save(model("dall-e-3", credits_per_image=6))

    def test_of_a_model_that_the_list_does_not_have_is_refused(self):
        with pytest.raises(ValidationError, match="has no price for gpt-6"):
            save(added(model_name="gpt-6", tokens_per_credit=500))

    def test_of_a_model_without_one_is_nobodys_business(self):
        save(added(model_name="gpt-6"))
        assert history("gpt-6")[-1][:3] == ("is_active", "", "True")

    def test_that_was_signed_is_entered(self, monkeypatch):
        monkeypatch.setitem(signed_prices._LIST, "tokens_per_credit", {"gpt-4o": 900})
        save(model(tokens_per_credit=900))
        assert history() == [("tokens_per_credit", "1000", "900", "olga", "agreed")]

    def test_does_not_hold_up_another_change_of_a_model_whose_price_is_wrong_already(self):
        AIModelConfig.objects.filter(model_name="gpt-4o").update(tokens_per_credit=700)
        save(model(display_name="GPT-4o (2024)"))
        assert model().display_name == "GPT-4o (2024)"

    def test_is_looked_at_again_when_a_model_is_activated(self):
        AIModelConfig.objects.filter(model_name="gpt-4o").update(tokens_per_credit=700, is_active=False)
        with pytest.raises(ValidationError, match="has 1,000 for gpt-4o"):
            save(model(is_active=True))

    def test_is_looked_at_again_when_a_model_is_renamed(self):
        with pytest.raises(ValidationError, match="has 10,000 for gpt-4o-mini"):
            AIModelConfig.objects.filter(model_name="gpt-4o-mini").update(model_name="mini")
            save(model(model_name="gpt-4o-mini"))

    def test_is_still_open_to_sql(self):
        AIModelConfig.objects.filter(model_name="gpt-4o").update(tokens_per_credit=700)
        assert model().tokens_per_credit == 700


class TestPriceAfterTheMigration:
    def test_is_entered_without_the_list(self):
        complete_the_plan()
        save(model(tokens_per_credit=900))
        assert model().tokens_per_credit == 900

    def test_of_the_other_type_is_refused(self):
        complete_the_plan()
        with pytest.raises(ValidationError, match="A model for text is priced by tokens_per_credit"):
            save(model(credits_per_image=2))


class TestDefault:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"is_default": False}, "is_default"),
            ({"is_active": False}, "is_active"),
            ({"model_type": "image"}, "model_type"),
        ],
        ids=["taken away", "deactivated", "of another type"],
    )
    def test_is_never_given_up_without_another_one(self, changes, field):
        with pytest.raises(ValidationError) as caught:
            save(model("gpt-5.1", **changes))
        assert "Make another model the default first" in caught.value.message_dict[field][0]
        assert model("gpt-5.1").is_default

    def test_moves_to_another_model_and_both_remember_it(self):
        save(model(), make_default=True)
        assert (model().is_default, model("gpt-5.1").is_default) == (True, False)
        assert history() == [("is_default", "False", "True", "olga", "agreed")]
        assert history("gpt-5.1") == [("is_default", "True", "False", "olga", "agreed")]
        assert model("dall-e-3").is_default

    @pytest.mark.parametrize(
        ("changes", "said"),
        [({"tokens_per_credit": None}, "needs a price"), ({"is_active": False}, "default_model_is_active")],
        ids=["without a price", "inactive"],
    )
    def test_is_not_given_to_a_model(self, changes, said):
        AIModelConfig.objects.filter(model_name="gpt-4o").update(**changes)
        with pytest.raises(ValidationError, match=said):
            save(model(), make_default=True)
        assert model("gpt-5.1").is_default

    def test_that_is_one_already_changes_nothing(self):
        assert save(model("gpt-5.1"), make_default=True, reason="") == []


class TestHistory:
    def test_needs_a_reason(self):
        complete_the_plan()
        with pytest.raises(ValidationError, match="Say why: tokens_per_credit"):
            save(model(tokens_per_credit=900), reason=" ")
        assert (model().tokens_per_credit, history()) == (1_000, [])

    def test_leaves_out_what_is_no_price(self):
        assert save(model(display_name="GPT-4o (2024)"), reason="") == []

    def test_keeps_what_the_provider_charges(self):
        save(model(input_cost_per_1m=Decimal("2.75")))
        assert history() == [("input_cost_per_1m", "2.5", "2.75", "olga", "agreed")]

    @pytest.mark.parametrize("same", [Decimal("2.500000"), "2.5"], ids=repr)
    def test_takes_equal_numbers_for_equal(self, same):
        assert save(model(input_cost_per_1m=same), reason="") == []

    def test_keeps_who_changed_the_model(self):
        User.objects.create_user("olga")
        save(model(is_active=False))
        assert model().updated_by.username == "olga"

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE billing_aimodelpricechange SET after = '1'",
            "DELETE FROM billing_aimodelpricechange",
            "TRUNCATE billing_aimodelpricechange",
        ],
    )
    def test_is_final(self, change):
        save(model(), make_default=True)
        with pytest.raises(IntegrityError, match="history of prices is final"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(change)
        assert len(history()) == 1

    def test_keeps_a_model_from_being_deleted(self):
        save(model(is_active=False))
        with pytest.raises(ProtectedError):
            model().delete()


@pytest.mark.parametrize("values", MODELS, ids=lambda values: values["model_name"])
def test_every_seeded_price_is_a_signed_one(values):
    field = signed_prices.PRICE_OF[values["model_type"]]
    assert signed_prices.signed_price(model=values["model_name"], field=field) == values[field]
