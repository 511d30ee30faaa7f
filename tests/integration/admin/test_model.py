"""The page of a model: its price, and the default."""

import pytest

from igny8_core.business.billing.models import AIModelConfig, AIModelPriceChange

from .pages import errors_of, submit, url


def model_page(name):
    return url(AIModelConfig, "change", AIModelConfig.objects.get(model_name=name).pk)


class TestModelPage:
    @pytest.mark.legacy
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
