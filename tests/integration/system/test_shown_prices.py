"""No combination of flags shows a customer another price, or another model, than the one that is charged."""

import re
from itertools import count, product

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from igny8_core.ai import choices
from igny8_core.api.throttles import AccountThrottle
from igny8_core.auth.models import Account, User
from igny8_core.business.automation.estimate import estimate_of
from igny8_core.business.automation.expected import EXPECTED_TOKENS
from igny8_core.business.billing.models import CreditTransaction, OperationType
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.migration_plan import PLAN
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.writer.models import Content
from migration_harness.deciding.stages import COHORT_STAGES, Stage
from migration_harness.testing import fixed_flags, flag_state

API = "/api/v1/"
CREDITS, SELECTION, ENDPOINT, CHOICES = (
    "model-based-credits", "model-selection", "ai-models-endpoint", "dynamic-model-choices",
)  # fmt: skip
STAGES = (Stage.OFF, Stage.SHADOW, *COHORT_STAGES)
PROMPTS = OperationType.IMAGE_PROMPT_EXTRACTION
TOKENS = Usage(tokens_input=2_700, tokens_output=60)
PRICE = re.compile(r"\((?P<number>[\d,]+) (?P<unit>tokens/credit|credits?/image)\)")
_operations = count()


def flags_at(stages):
    """Return the flags of the plan, with what they require, under which every account has these stages."""
    return [
        flag_state(
            planned.name,
            requires=planned.requires,
            everyone=stages.get(planned.name, Stage.OFF) in COHORT_STAGES or None,
            **_stage(stages.get(planned.name, Stage.OFF)),
        )
        for planned in PLAN.flags
    ]


def _stage(stage):
    return {"stage": stage} if stage in COHORT_STAGES else {"baseline": stage}


def combinations(credits_stage, *others):
    rest = product(STAGES, repeat=len(others))
    return ({CREDITS: credits_stage, **dict(zip(others, each, strict=True))} for each in rest)


def charged(account, kind, model, *, operation="clustering", usage=TOKENS):
    """Charge one operation on a model, and take it back; returns its credits from the ledger."""
    name = f"shown:{next(_operations)}"
    with transaction.atomic():
        if kind == "text":
            CreditService.deduct_credits_for_operation(
                account=account, operation_type=operation, model=model, usage=usage, operation_id=name
            )
        else:
            CreditService.deduct_credits_for_image(account=account, model=model, operation_id=name)
        found = -CreditTransaction.objects.get(operation_id=name).amount
        transaction.set_rollback(True)
    return found


def shown(row, kind):
    """Return the credits that a customer reads of an operation on a model, by label and by field; None: no price."""
    found = PRICE.search(row["label"])
    field = row["tokens_per_credit" if kind == "text" else "credits_per_image"]
    assert (found and int(found["number"].replace(",", ""))) == field
    if field is None:
        assert "credit" not in row["label"]
        return None
    return -(-TOKENS.total // field) if kind == "text" else field


@pytest.fixture
def account(demo):
    return Account.objects.select_related("plan").get(name="Blue Harbour")


@pytest.fixture
def customer(account, monkeypatch):
    # Some hundred questions in a few seconds.
    monkeypatch.setattr(AccountThrottle, "allow_request", lambda *_: True)
    client = APIClient()
    client.force_login(User.objects.create_user("customer", account=account))
    return client


class TestShownPrice:
    @pytest.mark.parametrize("credits_stage", STAGES)
    def test_is_the_one_that_is_charged(self, account, customer, credits_stage):
        """By the API of the choices and by the page, which reads them where its flag is on."""
        wrong = []
        for stages in combinations(credits_stage, SELECTION, ENDPOINT, CHOICES):
            with fixed_flags(*flags_at(stages)):
                answer = customer.get(f"{API}system/ai-models/")
                on_page = customer.get(f"{API}auth/me/").json()["data"]["flags"][CHOICES]
                rows = answer.json()["data"] if answer.status_code == 200 else {}
                prices = {(kind, row["model_name"]): shown(row, kind) for kind in rows for row in rows[kind]}
                if on_page and (not prices or None in prices.values()):
                    wrong.append((stages, "the page has choices without prices"))
                paid = {key: charged(account, *key) for key, price in prices.items() if price is not None}
                wrong += [(stages, key, prices[key], paid[key]) for key in paid if paid[key] != prices[key]]
        assert wrong == []

    @pytest.mark.parametrize("credits_stage", STAGES)
    def test_comes_with_the_model_that_is_asked(self, account, customer, credits_stage):
        """Where a customer chooses none, for the settings and for the API of the choices."""
        site = account.sites.get()
        for stages in combinations(credits_stage, SELECTION):
            with fixed_flags(*flags_at({ENDPOINT: Stage.LIVE, **stages})):
                asked = {
                    "text": choices.text_model_for(account=account, site=site),
                    "image": choices.image_model_for(account=account, site=site),
                }
                standard = customer.get(f"{API}system/settings/?site={site.pk}").json()["data"]["standard"]
                assert {kind: standard[f"{kind}_model"] for kind in asked} == asked, stages
                answer = customer.get(f"{API}system/ai-models/")
                rows = answer.json()["data"]
                offered = {kind: {row["model_name"] for row in rows[kind]} for kind in asked}
                defaults = {(kind, row["model_name"]) for kind in asked for row in rows[kind] if row["is_default"]}
                assert defaults == {(kind, model) for kind, model in asked.items() if model in offered[kind]}, stages


class TestEstimate:
    @pytest.mark.parametrize("credits_stage", STAGES)
    def test_is_what_the_operations_are_charged(self, account, credits_stage):
        site = account.sites.get()
        Keyword.objects.filter(site=site).delete()
        for title in ("Oak table", "Round oak table"):
            Content.objects.create(account=account, site=site, title=title, html="<p>Oak.</p>")
        for stages in combinations(credits_stage, SELECTION):
            with fixed_flags(*flags_at(stages)):
                found = estimate_of(site)
                prompts, images = found.stages[4:6]
                usage = EXPECTED_TOKENS[PROMPTS].usage(1)
                text = charged(
                    account, "text", choices.text_model_for(account=account, site=site), operation=PROMPTS, usage=usage
                )
                image = charged(account, "image", choices.image_model_for(account=account, site=site))
                assert (prompts.credits, images.credits) == (prompts.units * text, images.units * image), stages
                assert prompts.units
                assert images.units


class TestChoicesFlag:
    def test_requires_what_makes_its_prices_true(self):
        requires = {flag.name: set(flag.requires) for flag in PLAN.flags}
        assert requires[CHOICES] == {ENDPOINT, CREDITS}
