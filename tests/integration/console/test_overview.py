"""The overview, as operators see it in a browser."""

import re
from datetime import timedelta
from decimal import Decimal
from html import escape
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.utils import timezone

from dashboards import labels
from dashboards.numbers import number
from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.business.billing.models import AIModelConfig
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.models import DiscrepancyReview, Notice, Rollout, RolloutStep, TrialFault
from migration_harness.reviewing.reviews import review_discrepancy
from migration_harness.rollout.standing import gates_by_phase

from .browser import (
    CHANGES,
    CREDITS,
    DISCREPANCIES,
    FLAGS,
    NOW,
    OVERVIEW,
    SEAMS,
    STANDING,
    page_of,
    record_discrepancies,
    words,
)


class TestEmptyOverview:
    def test_says_that_nothing_has_been_compared(self, operator, demo):
        assert "Nothing needs a person: nothing has been compared yet." in words(operator.get(OVERVIEW))

    def test_shows_every_phase_with_its_risk_before_a_gate_is_asked(self, operator, demo):
        text = words(operator.get(OVERVIEW))
        assert "1 New models and fields ▶ active asking the gates… Risk: none: additive only" in text
        assert "7 Legacy code removed ○ pending asking the gates… Risk: high if bugs are found" in text

    def test_shows_how_many_gates_are_open_once_they_are_asked(self, operator, demo):
        for url in (STANDING, f"{OVERVIEW}?asked"):
            text = words(operator.get(url))
            for told in (
                r"1 New models and fields ▶ active \d of 1 gates open Risk: none: additive only",
                r"3 Keys from IntegrationProvider ○ pending \d+ of 14 gates open Risk: medium: API-key loading",
                r"7 Legacy code removed ○ pending \d of 6 gates open Risk: high if bugs are found",
                r"\d of \d+ criteria met",
            ):
                assert re.search(told, text), told

    def test_says_in_a_sentence_what_holds_the_phase_back(self, operator, demo):
        page = BeautifulSoup(operator.get(STANDING).content, "html.parser")
        held = page.select_one("#held")
        assert held["href"] == "/migration/phases/1/"
        assert held.text.startswith("Phase 1 is held back by gate tests: ")

    def test_shows_a_service_without_flags(self, operator):
        assert "There are no flags yet" in words(operator.get(FLAGS))
        assert operator.get(OVERVIEW).status_code == 200


class TestOverview:
    @pytest.mark.legacy
    def test_names_what_needs_a_person(self, operator, mispriced):
        assert "! 1 discrepancy needs a review: 1 call." in words(operator.get(OVERVIEW))

    @pytest.mark.legacy
    def test_counts_more_than_one(self, operator, charge, wrong_price):
        charge()
        charge(operation="idea_generation")
        assert "! 2 discrepancies need a review: 2 calls." in words(operator.get(OVERVIEW))

    @pytest.mark.legacy
    def test_is_calm_when_every_difference_is_explained(self, operator, charge):
        charge()
        assert "✓ Nothing needs a person." in words(operator.get(OVERVIEW))
        assert "1 explained, acknowledged or fixed" in words(operator.get(DISCREPANCIES))

    def test_is_calm_once_somebody_is_on_it(self, operator, mismatch):
        review_discrepancy(
            signature=mismatch.signature, state=DiscrepancyReview.State.ACKNOWLEDGED, actor="ada", reason="seen"
        )
        assert "✓ Nothing needs a person." in words(operator.get(OVERVIEW))

    @pytest.mark.legacy
    def test_folds_away_what_needs_nobody(self, operator, charge):
        charge()
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        charge()
        shown, folded = operator.get(DISCREPANCIES).content.decode().split('<details id="reviewed">')
        opened, explained = queries.discrepancies()
        assert (opened.state, explained.state) == ("open", "explained")
        assert [d.state for d in (opened, explained) if page_of(d.signature) in shown] == ["open"]
        assert [d.state for d in (opened, explained) if page_of(d.signature) in folded] == ["explained"]

    def test_shows_the_numbers_of_the_status_contract(self, operator, charge, account):
        for tokens in (3_000, 5_000, 150):
            charge(tokens=tokens)
        provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        change_flag(name=CREDITS, change=FlagChange(share_bps=250), actor="ada")
        found, text = queries.status(gates=gates_by_phase()), words(operator.get(SEAMS))
        for name, seam in found["seams"].items():
            verdicts = " ".join(f"{seam['verdicts'][verdict]:,}" for verdict in labels.VERDICTS)
            assert f"{name} {seam['flag']} {seam['comparisons'] or 'nothing'} {verdicts}" in text
        sums = found["seams"]["credits.text"]["measures"]
        assert f"{number(Decimal(sums['control']))} → {number(Decimal(sums['candidate']))} credits" in text
        text = words(operator.get(FLAGS)).split(" Flags The control")[1]
        for name, flag in found["flags"].items():
            card = text[text.index(f"{name} ") :]
            assert f"{flag['stage']} ·" in card
            assert f"Everybody else {flag['baseline']}" in card
            assert f"Epoch {flag['epoch']}" in card

    @pytest.mark.legacy
    def test_shows_sums_and_change_of_a_seam(self, operator, charge):
        charge(tokens=150_000)
        assert "1,000 → 150 credits −85.0 %" in words(operator.get(SEAMS))
        assert "In all 1,000 → 150 credits −85.0 % Last hour 1,000 → 150 credits" in words(operator.get(OVERVIEW))

    @pytest.mark.usefixtures("selected")
    def test_counts_the_accounts_on_the_candidate(self, operator, account):
        change_flag(
            name=CREDITS, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada", reason="pilot"
        )
        text = words(operator.get(FLAGS))
        assert f"1 of 12 accounts are on the candidate: {account.name}." in text
        assert f"by ada: change flag, {account.name} inherit → on — “pilot”" in text

    def test_says_when_a_flag_is_rolled_back_and_how_to_return(self, operator, demo):
        roll_back(name=CREDITS, actor="ada", reason="wrong price")
        text = words(operator.get(OVERVIEW))
        assert f"{CREDITS} is rolled back." in text
        assert "↩ rolled back" in text
        text = words(operator.get(FLAGS))
        assert f"python manage.py harness flag {CREDITS} --everyone unset" in text
        assert f"harness rollback {CREDITS}" not in text

    def test_shows_the_commands_of_a_flag(self, operator, demo):
        text = words(operator.get(FLAGS))
        for command in (
            f"harness rollback {CREDITS}",
            f"harness flag {CREDITS} --account 'NAME OR ID' --on --reason '…'",
            f"harness flag {CREDITS} --share 1 --reason '…'",
        ):
            assert escape(f"python manage.py {command}", quote=True) in text

    def test_raises_the_share_by_one_step(self, operator, demo):
        change_flag(name=CREDITS, change=FlagChange(share_bps=500), actor="ada")
        assert f"harness flag {CREDITS} --share 25 " in words(operator.get(FLAGS))

    def test_offers_to_compare_where_nothing_is_compared(self, operator, demo):
        change_flag(name=CREDITS, change=FlagChange(baseline=Stage.OFF), actor="ada")
        assert f"harness flag {CREDITS} --baseline shadow" in words(operator.get(FLAGS))

    def test_leads_to_all_changes_a_page_at_a_time(self, operator, demo):
        for share in range(1, 53):
            change_flag(name=CREDITS, change=FlagChange(share_bps=share), actor="ada", reason=f"step {share}.")
        text = words(operator.get(CHANGES))
        assert [step for step in range(1, 53) if f" step {step}." in text] == list(range(3, 53))
        assert "1–50 of " in text
        assert " step 2." in words(operator.get(f"{CHANGES}?page=2"))
        told = operator.get(f"{CHANGES}?format=json").json()["rows"]
        assert (told[0]["reason"], told[51]["reason"]) == ("step 52.", "step 1.")

    @pytest.mark.legacy
    def test_tells_of_calls_that_only_one_side_could_price(self, operator, charge):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=None)
        charge()
        # The new price is not 0 credits: there is none.
        assert "20 → – credits 1 of them on one side only" in words(operator.get(DISCREPANCIES))

    def test_lists_discrepancies_fifty_at_a_time(self, operator, demo, account):
        record_discrepancies(range(103), [account])
        text = words(operator.get(DISCREPANCIES))
        assert "! 103 discrepancies need a review" in text
        assert text.count("≠ mismatch") == 1 + 50  # Their one cause, and they.
        assert "1–50 of 103" in text
        assert words(operator.get(f"{DISCREPANCIES}?page=3")).count("≠ mismatch") == 1 + 3

    def test_sorts_discrepancies_and_sends_them_as_a_file(self, operator, demo, account):
        record_discrepancies(range(3), [account])
        record_discrepancies([1], [account])
        page = BeautifulSoup(operator.get(f"{DISCREPANCIES}?sort=calls").content, "html.parser")
        assert [each.text for each in page.select(".sortable td[data-label=Calls]")] == ["1", "1", "2"]
        (told, *_) = rows = operator.get(f"{DISCREPANCIES}?sort=-calls&format=json").json()["rows"]
        assert len(rows) == 3
        assert (told["signature"], told["calls"], told["legacy"], told["new"], told["difference"]) == (
            "000000000001", 2, "20", "6", "-14",
        )  # fmt: skip

    def test_says_plainly_that_nothing_has_drifted(self, operator, demo):
        assert "0 writes have reached one store only." in words(operator.get(SEAMS))

    def test_shows_what_has_drifted_and_for_how_long(self, operator, demo, drifted):
        assert "! 1 write has reached one store only." in words(operator.get(OVERVIEW))
        text = words(operator.get(SEAMS))
        assert "! 1 write has reached one store only" in text
        assert "trial.store trial-store 1 1 3 h ago" in text

    def test_says_nothing_of_other_pages_where_there_is_nothing_to_say(self, operator, demo):
        text = words(operator.get(OVERVIEW))
        assert [word for word in ("under way.", "do not balance", "has not arrived") if word in text] == []
        assert "Flags · Seams · Discrepancies · Changes · Evidence · Rollouts · Approvals · Trial balance" in text

    def test_says_what_runs_what_is_broken_and_what_has_not_arrived(self, operator, demo):
        now = timezone.now()
        made = Rollout.objects.create(flag=CREDITS, epoch=1, started_by="ada", started_at=now)
        RolloutStep.objects.create(rollout=made, position=0, share_bps=100, soak_seconds=60, sample=0)
        TrialFault.objects.create(law="chain", key="1", sentence="x", since=now, seen_at=now)
        values = {"kind": "rolled_back", "subject": CREDITS, "sentence": "x", "details": {}, "addressed": True}
        told = Notice.objects.create(key=UUID(int=1), at=now - timedelta(minutes=11), **values)
        told.deliveries.create(channel="webhook", next_at=now, give_up_at=now)
        text = words(operator.get(OVERVIEW))
        assert "! The books do not balance: 1 break." in text
        assert "! What was told has not arrived: " in text
        assert "· 1 rollout is under way." in text
        Notice.objects.update(at=now)
        assert "What was told has not arrived" not in words(operator.get(OVERVIEW))

    @pytest.mark.legacy
    def test_comes_anew_only_where_something_has_happened(self, operator, charge, monkeypatch):
        monkeypatch.setattr("dashboards.overview.reading._REFRESHED_SECONDS", 10**9)
        pulse = BeautifulSoup(operator.get(NOW).content, "html.parser").select_one("#pulse")["value"]
        assert operator.get(NOW, {"pulse": pulse}).status_code == 204
        charge()
        assert "1 as it should be" in words(operator.get(NOW, {"pulse": pulse}))

    def test_says_the_time_zone_once(self, operator, mismatch):
        assert words(operator.get(OVERVIEW)).count("UTC") == 1

    def test_needs_no_other_server(self, operator, mismatch):
        html = operator.get(OVERVIEW).content.decode()
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*", html) == []


def test_the_console_brings_its_own_style_sheet(operator, demo):
    assert f"{settings.STATIC_URL}dashboards/console.css" in operator.get(OVERVIEW).content.decode()
