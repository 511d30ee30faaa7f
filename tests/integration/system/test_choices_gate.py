"""The gate of the stored choices, attacked: what an account would work with after the switch must be served there."""

import pytest
from django.db import IntegrityError, connection, transaction

from igny8_core.ai import choices, seams
from igny8_core.ai.exceptions import ModelError
from igny8_core.auth.models import Account, Plan
from igny8_core.business.billing import remembered
from igny8_core.business.billing.exceptions import CreditCalculationError
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.modules.system.exceptions import MappingRefused
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.system.retired_mapping import map_retired
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.evidence.findings import Answer
from migration_harness.plan import plan
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.gate import Way

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.legacy]

MAPPED = {"gpt-4.1": "gpt-5.1", "dall-e-2": "dall-e-3", "bria:10@1": "runware:97@1"}


def gate():
    (found,) = (each for each in ask(plan().phase(4), Way.ENTERING) if each.name == "choices")
    return found.answer


def shut():
    found = gate()
    assert found.answer is Answer.CLOSED
    assert found.remedy
    return found.sentence


def mapped(retired, to):
    return map_retired(retired=retired, to=to, actor="olga", reason="decided").count


@pytest.fixture
def open_gate(demo):
    """Every choice of the demo is mapped."""
    for retired, to in MAPPED.items():
        assert mapped(retired, to) == 1
    assert gate().answer is Answer.OPEN


@pytest.fixture
def owner():
    """An account that may choose, and has not."""
    return Account.objects.get(name="Blue Harbour")


def choose(account, *, site=None, **values):
    return IntegrationSettings.objects.create(account=account, site=site, **values)


def model(name="other", model_type="text", **changed):
    """Add a model that has everything, but for what is changed."""
    values = {
        "text": {"tokens_per_credit": 500, "input_cost_per_1m": 1, "output_cost_per_1m": 2},
        "image": {
            "credits_per_image": 3, "cost_per_image": 1, "square_size": "1024x1024", "landscape_size": "1280x768",
            "quality_tier": "basic",
        },
    }[model_type]  # fmt: skip
    row = {"model_name": name, "model_type": model_type, "provider": "openai", "display_name": "Other"}
    return AIModelConfig.objects.create(**row | values | changed)


def works(account, site=None):
    """Tell whether the new side serves what the account works with."""
    for name in ("model-selection", "model-based-credits"):
        change_flag(name=name, change=FlagChange(everyone=True), actor="test")
    try:
        text = choices.text_model_for(account=account, site=site)
        image = choices.image_model_for(account=account, site=site)
        seams.provider_of(account=account, model=text, model_type="text")
        seams.provider_of(account=account, model=image, model_type="image")
        seams.image_size(account=account, model=image, role="featured")
        seams.image_size(account=account, model=image, role="in_article")
        seams.quality_tier(account=account, model=image)
        remembered.forget()
        usage = Usage(tokens_input=1, tokens_output=1)
        CreditService.get_credit_cost(account=account, operation_type="clustering", model=text, usage=usage)
        CreditService.get_image_cost(account=account, model=image)
    except (ModelError, CreditCalculationError):
        return False
    return True


@pytest.mark.usefixtures("open_gate")
class TestChoice:
    def test_of_a_complete_model_leaves_the_gate_open(self, owner):
        model(), model("picture", "image")
        choose(owner, text_model="other", image_model="picture")
        assert gate().answer is Answer.OPEN
        assert works(owner)

    @pytest.mark.parametrize(
        ("field", "model_type", "lacks"),
        [
            ("text_model", "text", {"tokens_per_credit": None}),
            ("text_model", "text", {"input_cost_per_1m": None}),
            ("text_model", "text", {"output_cost_per_1m": None}),
            ("text_model", "text", {"is_active": False}),
            ("image_model", "image", {"credits_per_image": None}),
            ("image_model", "image", {"cost_per_image": None}),
            ("image_model", "image", {"square_size": ""}),
            ("image_model", "image", {"landscape_size": ""}),
            ("image_model", "image", {"quality_tier": ""}),
            ("image_model", "image", {"is_active": False}),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
    )  # fmt: skip
    def test_of_a_model_that_the_new_side_would_refuse_shuts_it(self, owner, field, model_type, lacks):
        model(model_type=model_type, **lacks)
        choose(owner, **{field: "other"})
        assert gate().remedy == "python manage.py retired_choices"
        assert shut() == "1 stored choice has no active, priced model: other."
        with pytest.raises(MappingRefused, match="other"):
            mapped("anything", "other")

    @pytest.mark.parametrize("written", ["GPT-4o", " gpt-4o", "gpt-4o ", "   ", "gpt-4o\n", "dall-e-3"], ids=repr)
    def test_that_is_written_otherwise_shuts_it_and_can_be_mapped(self, owner, written):
        """Past the forms, which would not take it."""
        row = choose(owner)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE system_integrationsettings SET text_model = %s WHERE id = %s", [written, row.pk])
        assert shut().startswith("1 stored choice ")
        assert mapped(written, "gpt-4o") == 1
        assert gate().answer is Answer.OPEN

    def test_of_a_site_counts_like_that_of_its_account(self, owner):
        choose(owner, site=owner.sites.get(), text_model="gpt-4.1")
        assert shut() == "1 stored choice has no active, priced model: gpt-4.1."

    def test_on_a_plan_that_allows_none_counts_because_the_plan_may_change(self):
        account = Account.objects.filter(plan__allows_overrides=False).first()
        choose(account, text_model="gpt-4.1")
        assert works(account)
        assert shut() == "1 stored choice has no active, priced model: gpt-4.1."
        Plan.objects.filter(pk=account.plan_id).update(allows_overrides=True)
        assert not works(Account.objects.select_related("plan").get(pk=account.pk))

    def test_of_an_account_that_came_later_shuts_it_again(self, owner):
        late = Account.objects.create(name="Late", plan=owner.plan)
        assert gate().answer is Answer.OPEN
        choose(late, image_model="dall-e-2")
        assert shut() == "1 stored choice has no active, priced model: dall-e-2."

    def test_of_text_and_of_images_by_one_name_is_two(self, owner):
        choose(owner, text_model="gone", image_model="gone")
        assert shut() == "2 stored choices have no active, priced model: gone and 1 more."
        assert mapped("gone", "gpt-4o") == 1
        assert shut() == "1 stored choice has no active, priced model: gone."
        assert mapped("gone", "dall-e-3") == 1
        assert gate().answer is Answer.OPEN

    @pytest.mark.parametrize("field", ["openai_model", "dalle_model", "runware_model"])
    def test_of_the_installation_counts_too(self, field):
        GlobalIntegrationSettings.objects.update(**{field: "gone"})
        assert shut() == "1 stored choice has no active, priced model: gone."

    def test_of_no_installation_is_none(self):
        GlobalIntegrationSettings.objects.all().delete()
        assert gate().answer is Answer.OPEN


@pytest.mark.usefixtures("open_gate")
class TestMapping:
    def test_to_a_model_that_is_retired_later_counts_anew_and_may_be_mapped_again(self):
        AIModelConfig.objects.filter(model_name="dall-e-3").update(is_default=False, is_active=False)
        AIModelConfig.objects.filter(model_name="runware:97@1").update(is_default=True)
        assert shut() == "2 stored choices have no active, priced model: dall-e-3 and 1 more."
        with pytest.raises(MappingRefused, match="dall-e-3 is not active"):
            mapped("dall-e-2", "dall-e-3")
        map_retired(retired="dall-e-3", to="google:4@2", actor="olga", reason="again", where=["accounts"])
        GlobalIntegrationSettings.objects.update(dalle_model="")
        assert gate().answer is Answer.OPEN

    def test_in_a_circle_ends(self):
        """Each is refused while its target is retired, so nothing goes round."""
        AIModelConfig.objects.filter(model_name="gpt-4o").update(is_active=False)
        IntegrationSettings.objects.filter(text_model="gpt-5.1").update(text_model="gpt-4o")
        for retired, to in (("gpt-4.1", "gpt-4o"), ("gpt-4o", "gpt-4.1")):
            with pytest.raises(MappingRefused):
                mapped(retired, to)
        assert shut() == "1 stored choice has no active, priced model: gpt-4o."


@pytest.mark.usefixtures("open_gate")
class TestDefault:
    """Whoever chose nothing gets the default: it is their choice."""

    @pytest.mark.parametrize(
        ("name", "lacks"),
        [
            ("gpt-5.1", {"is_default": False}),
            ("gpt-5.1", {"tokens_per_credit": None}),
            ("gpt-5.1", {"output_cost_per_1m": None}),
            ("dall-e-3", {"is_default": False}),
            ("dall-e-3", {"credits_per_image": None}),
            ("dall-e-3", {"landscape_size": ""}),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else value,
    )
    def test_that_the_new_side_would_refuse_shuts_the_gate(self, owner, name, lacks):
        rows = AIModelConfig.objects.filter(model_name=name)
        rows.update(**lacks)
        # Nobody has chosen it by name.
        IntegrationSettings.objects.all().delete()
        GlobalIntegrationSettings.objects.update(openai_model="", dalle_model="")
        assert shut() == (
            f"No active, priced model is the default for {rows.get().model_type}: whoever chose none would have none."
        )
        assert not works(owner)

    @pytest.mark.parametrize("name", ["gpt-4o", "google:4@2"])
    def test_is_one_of_each_type_by_the_database(self, name):
        with pytest.raises(IntegrityError), transaction.atomic():
            AIModelConfig.objects.filter(model_name=name).update(is_default=True)

    def test_is_active_by_the_database(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            AIModelConfig.objects.filter(model_name="gpt-5.1").update(is_active=False)
