"""The new price is compared on the model that an account would use, before it uses it."""

from pathlib import Path

import pytest

from igny8_core.ai import choices, operations
from igny8_core.ai.ai_core import AICore
from igny8_core.auth.models import Account
from igny8_core.business.billing import remembered
from igny8_core.business.billing.models import AIModelConfig, CreditTransaction, CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.migration_plan import EXPECTED
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.writer.models import ImagePrompt
from migration_harness import queries
from migration_harness.api import Answer, GateName, trace_rows, unit_of_work
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.evidence import findings
from migration_harness.models import Comparison

from ..content_parts import content_of
from ..evidence_rows import compared as write_rows
from .operation_runs import OPERATIONS, PRICE

pytestmark = [pytest.mark.legacy, pytest.mark.usefixtures("demo")]

TRACE = Path(__file__).parents[3] / "data" / "azure_llm_inference_conv_2023.csv"
INSTEAD = "instead of gpt-4o-mini"


@pytest.fixture
def account(demo):
    """One that may choose models, and has not."""
    return Account.objects.select_related("plan").filter(plan__allows_overrides=True).order_by("pk").first()


def switch(*flags):
    for name in flags or ("model-selection", "model-based-credits"):
        change_flag(name=name, change=FlagChange(everyone=True), actor="test")


def choose(site, **values):
    IntegrationSettings.objects.create(account=site.account, site=site, **values)


def compared(seam="credits.text"):
    rows = Comparison.objects.filter(seam=seam).order_by("id")
    return [(tuple(row.group), row.verdict, row.control_measure, row.candidate_measure) for row in rows]


def charged():
    return CreditTransaction.objects.filter(transaction_type="deduction").order_by("id").last()


def link(site):
    content, other = content_of(site, title="Oak oil"), content_of(site, title="All about oil")
    assert content.pk != other.pk
    LinkerService.link(account=site.account, site=site, content_id=content.pk, operation_id="link")


def optimize(site):
    OptimizerService.optimize(
        account=site.account, site=site, content_id=content_of(site, title="Oak oil").pk, operation_id="optimize"
    )


def draw(site, operation_id="draw"):
    prompt = ImagePrompt.objects.create(
        account=site.account, content=content_of(site, title="Oak"), role="featured", position=0, prompt="oak"
    )
    return operations.generate_images(
        account=site.account, site=site, operation_id=operation_id, prompt_ids=[prompt.pk]
    )


def charge_everything(account, *, times, run):
    """Charge each expected operation on its path, as a site that chose no model does."""
    working = {
        "text": choices.working_text_model(account=account),
        "image": choices.working_image_model(account=account),
    }
    rows = trace_rows(TRACE, ("ContextTokens", "GeneratedTokens"))
    for number, (stratum, row) in enumerate(zip(EXPECTED * times, rows, strict=False)):
        model = working["image" if stratum.operation == "image_generation" else "text"]
        call = {
            "account": account,
            "model": model.name,
            "target_model": model.target,
            "operation_id": f"{run}:{number}",
        }
        with unit_of_work(execution_path=stratum.execution_path):
            if model is working["image"]:
                CreditService.deduct_credits_for_image(**call)
            else:
                usage = Usage(
                    tokens_input=int(row.values["ContextTokens"]), tokens_output=int(row.values["GeneratedTokens"])
                )
                CreditService.deduct_credits_for_operation(operation_type=stratum.operation, usage=usage, **call)


def phase_4():
    return next(each for each in queries.evidence_by_phase() if each.number == 4)


class TestOperation:
    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_without_a_choice_is_compared_on_the_default_that_it_will_have(self, run, operation):
        made = run(operation)
        outcome = made()
        assert (outcome.model, outcome.credits) == ("gpt-4o-mini", made.tariff)
        assert compared() == [((operation, "gpt-5.1", INSTEAD), "intended", made.tariff, PRICE)]

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_with_a_choice_is_compared_on_it(self, run, site, operation):
        choose(site, text_model="gpt-4o-mini")
        made = run(operation)
        assert made().credits == made.tariff
        assert compared() == [((operation, "gpt-4o-mini"), "intended", made.tariff, 1)]

    def test_goes_on_in_the_same_stratum_after_the_switch(self, run):
        run("image_prompt_extraction")("before")
        switch()
        assert run("image_prompt_extraction")("after").credits == PRICE
        assert compared() == [
            (("image_prompt_extraction", "gpt-5.1", INSTEAD), "intended", 28, PRICE),
            (("image_prompt_extraction", "gpt-5.1"), "intended", 28, PRICE),
        ]

    @pytest.mark.parametrize(
        ("do", "operation"), [(link, "internal_linking"), (optimize, "content_optimization")], ids=["link", "optimize"]
    )
    def test_that_a_service_charges_by_itself_is_compared_so_too(self, provider, site, do, operation):
        do(site)
        ((group, verdict, _, _),) = compared()
        assert group == (operation, "gpt-5.1", INSTEAD)
        assert verdict in ("match", "intended")

    def test_of_an_image_is_compared_on_the_default_that_it_will_have(self, provider, site, media):
        GlobalIntegrationSettings.objects.update(runware_model="runware:97@1", default_image_service="runware")
        (image,) = draw(site).images
        assert (image.model, image.credits) == ("runware:97@1", 5)
        group = ("image_generation", "dall-e-3", "instead of runware:97@1")
        assert compared("credits.image") == [(group, "match", 5, 5)]

    def test_on_a_default_that_stays_is_compared_as_it_is(self, provider, site, media):
        draw(site)
        assert compared("credits.image") == [(("image_generation", "dall-e-3"), "match", 5, 5)]

    def test_tells_in_the_ledger_of_which_model_the_new_price_is(self, run, site):
        run("image_prompt_extraction")()
        entry = charged()
        assert (entry.control_credits, entry.candidate_credits) == (28, PRICE)
        assert entry.metadata["candidate_model"] == "gpt-5.1"
        assert entry.metadata["signed_credits"] == 1, "of what was used"
        choose(site, text_model="gpt-4o")
        run("image_prompt_extraction")("chosen")
        assert "candidate_model" not in charged().metadata

    def test_that_began_before_the_switch_is_charged_for_the_model_that_it_used(self, run, monkeypatch):
        complete = AICore.complete

        def switching(**call):
            answer = complete(**call)
            switch()
            return answer

        monkeypatch.setattr(AICore, "complete", switching)
        outcome = run("clustering")()
        assert (outcome.model, outcome.credits) == ("gpt-4o-mini", 1)
        assert compared() == [(("clustering", "gpt-4o-mini"), "intended", 19, 1)]
        assert "candidate_model" not in charged().metadata

    def test_after_a_rollback_is_foreseen_again(self, run):
        switch()
        roll_back(name="model-selection", actor="test")
        run("clustering")()
        assert compared()[-1][0] == ("clustering", "gpt-5.1", INSTEAD)

    @pytest.mark.parametrize("baseline", [Stage.OFF, Stage.DUALWRITE], ids=str)
    def test_is_compared_on_the_model_of_today_where_nobody_asks_for_the_next_one(self, run, baseline):
        change_flag(name="model-selection", change=FlagChange(baseline=baseline), actor="test")
        run("clustering")()
        assert compared()[0][0] == ("clustering", "gpt-4o-mini")

    @pytest.mark.parametrize("fault", ["none", "inactive price"])
    def test_goes_on_as_today_where_the_new_default_is_wrong(self, run, fault):
        """The customer notices nothing, and the stratum of the new default stays empty or says so."""
        rows = AIModelConfig.objects.filter(model_name="gpt-5.1")
        rows.update(**({"is_default": False} if fault == "none" else {"tokens_per_credit": None}))
        remembered.forget()
        outcome = run("clustering")()
        assert (outcome.model, outcome.credits) == ("gpt-4o-mini", 19)
        ((group, verdict, _, _),) = compared()
        if fault == "none":
            assert (group, verdict) == (("clustering", "gpt-4o-mini"), "intended")
        else:
            assert (group, verdict) == (("clustering", "gpt-5.1", INSTEAD), "candidate_error")


class TestWorkingModel:
    def test_has_a_target_where_the_default_moves_alone(self, account, site):
        assert choices.working_text_model(account=account, site=site) == choices.WorkingModel(
            name="gpt-4o-mini", target="gpt-5.1"
        )
        assert choices.working_image_model(account=account, site=site) == choices.WorkingModel(name="dall-e-3")
        choose(site, text_model="gpt-4.1")
        assert choices.working_text_model(account=account, site=site) == choices.WorkingModel(name="gpt-4.1")
        switch()
        assert choices.working_text_model(account=account) == choices.WorkingModel(name="gpt-5.1")

    def test_heeds_no_choice_on_a_plan_that_allows_none(self, demo):
        account = Account.objects.select_related("plan").filter(plan__allows_overrides=False).first()
        IntegrationSettings.objects.create(account=account, text_model="gpt-4o-mini")
        assert choices.working_text_model(account=account).target == "gpt-5.1"


class TestPlan:
    def test_expects_the_models_of_after(self):
        assert {(each.operation == "image_generation", each.model) for each in EXPECTED} == {
            (False, "gpt-5.1"), (True, "dall-e-3"),
        }  # fmt: skip

    @pytest.mark.parametrize("group", [("clustering", "gpt-4o-mini"), ("clustering", "gpt-4o")], ids=" ".join)
    def test_takes_no_other_model_for_the_target(self, group):
        write_rows(600, model=group[1])
        found = [each for each in phase_4().strata if (each.execution_path, each.operation) == ("manual", "clustering")]
        assert [(each.comparisons, each.finding.answer) for each in found] == [(None, Answer.UNKNOWN)]

    def test_opens_by_sites_without_a_choice_and_is_closed_by_a_fault_of_the_target_alone(self, account, monkeypatch):
        """The tokens are those of real traffic, the strata all that the plan expects; nobody is on the new side."""
        monkeypatch.setattr(findings, "ENOUGH", 3)
        charge_everything(account, times=3, run="right")
        found = phase_4()
        assert len(found.strata) == len(EXPECTED)
        assert found.gates[GateName.COMPARISONS].answer is Answer.OPEN, found.gates[GateName.COMPARISONS].sentence
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=10)
        remembered.forget()
        charge_everything(account, times=1, run="wrong")
        found = phase_4()
        assert found.gates[GateName.COMPARISONS].answer is Answer.CLOSED
        closed = {each.operation for each in found.strata if each.finding.answer is Answer.CLOSED}
        assert closed == {each.operation for each in EXPECTED if each.model == "gpt-5.1"}
        wrong = [found for found in queries.discrepancies() if found.verdict == "mismatch"]
        assert {(found.seam, *found.group[1:]) for found in wrong} == {("credits.text", "gpt-5.1", INSTEAD)}


class TestSums:
    def test_are_of_one_model_on_each_side_under_each_heading(self, run, site, account, media):
        run("image_prompt_extraction")("default")
        choose(site, text_model="gpt-4o-mini")
        run("image_prompt_extraction")("chosen")
        IntegrationSettings.objects.all().delete()
        switch("model-selection")
        run("image_prompt_extraction")("next")
        used = dict(CreditUsageLog.objects.values_list("transaction__operation_id", "model_used"))
        assert used == {"default": "gpt-4o-mini", "chosen": "gpt-4o-mini", "next": "gpt-5.1"}
        found = {tuple(row.group): row.operation_id for row in Comparison.objects.filter(seam="credits.text")}
        assert found == {
            ("image_prompt_extraction", "gpt-5.1", INSTEAD): "default",
            ("image_prompt_extraction", "gpt-4o-mini"): "chosen",
            ("image_prompt_extraction", "gpt-5.1"): "next",
        }
