"""What the page of a discrepancy begins with: where it probably comes from, who paid, and what to do next."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from igny8_core.auth.models import User
from igny8_core.business.billing.models import AIModelConfig
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import Revision
from migration_harness.queries import probable
from migration_harness.queries.probable import Origin, clues_of
from migration_harness.seams import rates
from migration_harness.seams.rates import Rate, SignedRates
from tests.trial_flag import FLAG

from .browser import page_of


@pytest.fixture
def panel(operator):
    """The panel of a discrepancy: its words, and the addresses of its buttons by their text."""

    def read(found):
        card = BeautifulSoup(operator.get(page_of(found.signature)).content, "html.parser").select_one(".cause")
        return " ".join(card.get_text(" ").split()), {a.get_text(): a["href"] for a in card.select("a")}

    return read


@pytest.fixture
def no_rates(monkeypatch):
    monkeypatch.setattr(rates, "_by_seam", {})


class TestRate:
    @pytest.mark.legacy
    def test_that_is_not_signed_is_named_with_who_changed_it(self, panel, mispriced):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(
            updated_by=User.objects.get_or_create(username="ada")[0]
        )
        said, buttons = panel(mispriced)
        assert "tokens per credit of gpt-5.1: 700, signed are 1,000; its row was changed last at" in said
        assert "UTC, by ada." in said
        row = AIModelConfig.objects.get(model_name="gpt-5.1")
        assert buttons == {"Correct the row…": reverse("admin:billing_aimodelconfig_change", args=[row.pk])}

    @pytest.mark.legacy
    def test_that_was_put_right_says_so_and_offers_to_say_it(self, panel, mispriced):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=1_000, updated_at=timezone.now())
        said, buttons = panel(mispriced)
        assert "tokens per credit of gpt-5.1 is now what was signed, 1,000" in said
        assert list(buttons) == ["Say fixed…"]

    def test_that_cannot_be_read_leaves_the_page_whole(self, panel, mismatch, no_rates):
        SignedRates(seams=(mismatch.seam,), read=lambda **_: 1 / 0)
        said, _ = panel(mismatch)
        assert said.startswith("Probable cause")

    def test_comes_before_everything_else(self, mismatch, no_rates):
        SignedRates(seams=(mismatch.seam,), read=lambda **_: [Rate(name="a rate", used=None, signed=3)])
        first = clues_of(mismatch, {"call": {"given": 1}})[0]
        assert (first.origin, first.sentence) == (Origin.RATE, "a rate: there is none, signed are 3.")

    def test_that_is_signed_is_no_cause(self, mismatch, no_rates):
        SignedRates(seams=(mismatch.seam,), read=lambda **_: [Rate(name="a rate", used=3, signed=3)])
        assert Origin.RATE not in {each.origin for each in clues_of(mismatch, {"call": {"given": 1}})}


class TestControl:
    def test_is_what_is_wrong_where_the_candidate_is_as_expected(self, mismatch, no_rates):
        def first(*, candidate):
            differing = {"path": "result", "kind": "value", "control": "", "candidate": candidate}
            return clues_of(mismatch, {"call": {}, "expected": "dall-e-3", "differences": [differing]})[:1]

        (clue,) = first(candidate="dall-e-3")
        assert clue.origin is Origin.CONTROL
        assert clue.sentence.startswith("The new path answers what is expected.")
        assert clue.sentence.endswith("it answers nothing.")
        assert Origin.CONTROL not in {each.origin for each in first(candidate="dall-e-2")}


@pytest.mark.legacy
class TestExplained:
    def test_has_its_explanation_and_no_panel(self, operator, charge):
        charge()
        (found,) = queries.discrepancies()
        assert (found.state, b"Probable cause" in operator.get(page_of(found.signature)).content) == (
            "explained",
            False,
        )


class TestChange:
    @pytest.fixture
    def revisions(self, mismatch):
        def make(*, before):
            for n, (name, digest) in enumerate((("old", "1"), ("new", "2"))):
                Revision.objects.create(
                    seam=mismatch.seam,
                    revision=name,
                    parts={"file shop/pricing.py": digest},
                    first_at=mismatch.first_at - before - timedelta(days=1 - n),
                )

        return make

    def test_of_code_shortly_before_is_named(self, mismatch, revisions):
        revisions(before=timedelta(minutes=3))
        found = next(each for each in clues_of(mismatch, {}) if each.origin is Origin.REVISION)
        expected = "3 min before the first of these calls new code ran first: shop/pricing.py changed."
        assert found.sentence == expected

    def test_of_code_long_before_is_not(self, mismatch, revisions):
        revisions(before=timedelta(days=2))
        assert Origin.REVISION not in {each.origin for each in clues_of(mismatch, {})}

    def test_of_its_flag_is_told_with_who_made_it(self, trial_flag, trial):
        change_flag(name=FLAG, change=FlagChange(compared_bps=9_999), actor="bob")
        change_flag(name=FLAG, change=FlagChange(compared_bps=10_000), actor="bob")
        trial.call()
        (found,) = queries.discrepancies()
        told = [each.sentence for each in clues_of(found, {}) if each.origin is Origin.FLAG]
        assert f"before the first of these calls bob changed {FLAG}: compared_bps 9999 → 10000." in told[0]


@pytest.mark.legacy
class TestPaid:
    def test_says_that_customers_paid_the_legacy_price_in_shadow(self, panel, mispriced):
        said, buttons = panel(mispriced)
        assert "Customers got what the legacy path answered 1 call, 20 credits." in said
        assert [each for each in buttons if "Roll back" in each or "Heal" in each] == []

    def test_offers_the_way_back_and_healing_where_the_candidate_charged(self, panel, charge, wrong_price):
        change_flag(name="model-selection", change=FlagChange(everyone=True, stage=Stage.LIVE), actor="ada")
        change_flag(name="model-based-credits", change=FlagChange(everyone=True, stage=Stage.LIVE), actor="ada")
        charge()
        (found,) = (each for each in queries.discrepancies() if each.seam == "credits.text")
        said, buttons = panel(found)
        assert "the new path answered 1 call, 5 credits" in said
        assert list(buttons) == ["Roll back model-based-credits…", "Correct the row…", "Heal these charges…"]


class TestNothingKnown:
    def test_is_said(self, panel, mismatch, no_rates, monkeypatch):
        # As if it had come days after all that is known of.
        monkeypatch.setattr(probable, "BEFORE", timedelta(0))
        said, buttons = panel(mismatch)
        assert ("Nothing that is known of here was changed before it." in said, buttons) == (True, {})


class TestInPlace:
    def test_one_press_with_a_reason_acknowledges(self, operator, mismatch):
        page = BeautifulSoup(operator.get(page_of(mismatch.signature)).content, "html.parser")
        form = page.select_one("form.in-place")
        sent = {each["name"]: each.get("value", "") for each in form.select("input")} | {"reason": "on it"}
        answer = operator.post(form["action"], sent | {"state": form.select_one("button")["value"]})
        assert (answer.status_code, queries.discrepancy(mismatch.signature).state) == (302, "acknowledged")

    def test_is_refused_where_somebody_was_faster(self, operator, mismatch):
        page = BeautifulSoup(operator.get(page_of(mismatch.signature)).content, "html.parser")
        form = page.select_one("form.in-place")
        sent = {each["name"]: each.get("value", "") for each in form.select("input")} | {"reason": "x"}
        assert operator.post(form["action"], sent | {"state": "fixed"}).status_code == 302
        assert operator.post(form["action"], sent | {"state": "acknowledged"}).status_code == 409
        assert queries.discrepancy(mismatch.signature).state == "fixed"


class TestEverywhere:
    @pytest.fixture
    def told(self, mismatch, no_rates, harness, operator):
        """What page, API and command say of the discrepancy."""
        SignedRates(seams=(mismatch.seam,), read=lambda **_: [Rate(name="a rate", used=5, signed=3, address="/there/")])
        card = BeautifulSoup(operator.get(page_of(mismatch.signature)).content, "html.parser").select_one(".cause")
        answer = operator.get(f"/api/v1/migration/discrepancies/{mismatch.signature}/").json()["data"]["probable"]
        _, words, _ = harness("discrepancies", "show", mismatch.signature)
        _, script, _ = harness("discrepancies", "show", mismatch.signature, "--json")
        return " ".join(card.get_text(" ").split()), answer, words, json.loads(script)["probable"]

    def test_it_is_the_same(self, told):
        page, answer, words, script = told
        sentence = "a rate: 5, signed are 3."
        assert sentence in page
        assert f"Probable cause: {sentence}" in words
        assert (answer["sentence"], script["sentence"]) == (sentence, sentence)
        assert answer["who_paid"] in page
        assert answer["who_paid"] in words
        assert script["who_paid"] == answer["who_paid"]
        assert (script["paid"], script["clues"][0]["address"]) == (answer["paid"], answer["clues"][0]["address"])

    def test_is_none_of_what_is_explained(self, mismatch):
        assert queries.probable_cause(replace(mismatch, state="explained"), {}) is None
