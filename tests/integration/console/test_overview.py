"""The overview, as operators see it in a browser."""

import re
from datetime import timedelta
from decimal import Decimal
from html import escape
from uuid import UUID

import pytest
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
from migration_harness.models import DiscrepancyReview, Notice, Rollout, TrialFault
from migration_harness.reviewing.reviews import review_discrepancy
from migration_harness.rollout.standing import gates_by_phase

from .browser import CREDITS, OVERVIEW, page_of, record_discrepancies, words


class TestEmptyOverview:
    def test_says_that_nothing_has_been_compared(self, operator, demo):
        assert "Nothing needs a review: nothing has been compared yet" in words(operator.get(OVERVIEW))

    def test_shows_every_phase_with_risk_and_way_back(self, operator, demo):
        text = words(operator.get(OVERVIEW))
        for told in (
            r"1 New models and fields ▶ active \d of 1 open none: additive only drop the new tables",
            r"3 Keys from IntegrationProvider ○ pending \d+ of 13 open medium: API-key loading revert key loading",
            r"7 Legacy code removed ○ pending \d of 6 open high if bugs are found restore from backup",
        ):
            assert re.search(told, text), told

    def test_shows_a_service_without_flags(self, operator):
        assert "There are no flags yet" in words(operator.get(OVERVIEW))


class TestOverview:
    def test_names_what_needs_a_person(self, operator, mismatch):
        assert "! 1 discrepancy needs a review" in words(operator.get(OVERVIEW))

    def test_counts_more_than_one(self, operator, charge, wrong_price):
        charge()
        charge(operation="idea_generation")
        assert "! 2 discrepancies need a review" in words(operator.get(OVERVIEW))

    def test_is_calm_when_every_difference_is_explained(self, operator, charge):
        charge()
        text = words(operator.get(OVERVIEW))
        assert "✓ Nothing needs a review" in text
        assert "1 explained, acknowledged or fixed" in text

    def test_is_calm_once_somebody_is_on_it(self, operator, mismatch):
        review_discrepancy(
            signature=mismatch.signature, state=DiscrepancyReview.State.ACKNOWLEDGED, actor="ada", reason="seen"
        )
        assert "✓ Nothing needs a review" in words(operator.get(OVERVIEW))

    def test_folds_away_what_needs_nobody(self, operator, charge):
        charge()
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
        charge()
        shown, folded = operator.get(OVERVIEW).content.decode().split("<details>")
        opened, explained = queries.discrepancies()
        assert (opened.state, explained.state) == ("open", "explained")
        assert [d.state for d in (opened, explained) if page_of(d.signature) in shown] == ["open"]
        assert [d.state for d in (opened, explained) if page_of(d.signature) in folded] == ["explained"]

    def test_shows_the_numbers_of_the_status_contract(self, operator, charge, account):
        for tokens in (3_000, 5_000, 150):
            charge(tokens=tokens)
        provider_key(account=account, provider="openai", purpose=Purpose.TEXT)
        change_flag(name=CREDITS, change=FlagChange(share_bps=250), actor="ada")
        found, text = queries.status(gates=gates_by_phase()), words(operator.get(OVERVIEW))
        for name, seam in found["seams"].items():
            verdicts = " ".join(f"{seam['verdicts'][verdict]:,}" for verdict in labels.VERDICTS)
            assert f"{name} {seam['flag']} {seam['comparisons'] or 'nothing'} {verdicts}" in text
        sums = found["seams"]["credits.text"]["measures"]
        assert f"{number(Decimal(sums['control']))} → {number(Decimal(sums['candidate']))} credits" in text
        for name, flag in found["flags"].items():
            card = text[text.index(f"{name} ") :]
            assert f"{flag['stage']} ·" in card
            assert f"Everybody else {flag['baseline']}" in card
            assert f"Epoch {flag['epoch']}" in card

    def test_shows_sums_and_change_of_a_seam(self, operator, charge):
        charge(tokens=150_000)
        assert "1,000 → 150 credits −85.0 %" in words(operator.get(OVERVIEW))

    @pytest.mark.usefixtures("selected")
    def test_counts_the_accounts_on_the_candidate(self, operator, account):
        change_flag(
            name=CREDITS, change=FlagChange(account_id=str(account.pk), membership="on"), actor="ada", reason="pilot"
        )
        text = words(operator.get(OVERVIEW))
        assert f"1 of 12 accounts are on the candidate: {account.name}." in text
        assert f"by ada: change flag, {account.name} inherit → on — “pilot”" in text

    def test_says_when_a_flag_is_rolled_back_and_how_to_return(self, operator, demo):
        roll_back(name=CREDITS, actor="ada", reason="wrong price")
        text = words(operator.get(OVERVIEW))
        assert f"{CREDITS} is rolled back." in text
        assert "↩ rolled back" in text
        assert f"python manage.py harness flag {CREDITS} --everyone unset" in text
        assert f"harness rollback {CREDITS}" not in text

    def test_shows_the_commands_of_a_flag(self, operator, demo):
        text = words(operator.get(OVERVIEW))
        for command in (
            f"harness rollback {CREDITS}",
            f"harness flag {CREDITS} --account 'NAME OR ID' --on --reason '…'",
            f"harness flag {CREDITS} --share 1 --reason '…'",
        ):
            assert escape(f"python manage.py {command}", quote=True) in text

    def test_raises_the_share_by_one_step(self, operator, demo):
        change_flag(name=CREDITS, change=FlagChange(share_bps=500), actor="ada")
        assert f"harness flag {CREDITS} --share 25 " in words(operator.get(OVERVIEW))

    def test_offers_to_compare_where_nothing_is_compared(self, operator, demo):
        change_flag(name=CREDITS, change=FlagChange(baseline=Stage.OFF), actor="ada")
        assert f"harness flag {CREDITS} --baseline shadow" in words(operator.get(OVERVIEW))

    def test_shows_the_last_ten_changes(self, operator, demo):
        for share in range(1, 13):
            change_flag(name=CREDITS, change=FlagChange(share_bps=share), actor="ada", reason=f"step {share}.")
        text = words(operator.get(OVERVIEW))
        assert [step for step in range(1, 13) if f" step {step}." in text] == list(range(3, 13))

    def test_tells_of_calls_that_only_one_side_could_price(self, operator, charge):
        AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=None)
        charge()
        # The new price is not 0 credits: there is none.
        assert "20 → – credits 1 of them on one side only" in words(operator.get(OVERVIEW))

    def test_shows_a_hundred_rows_and_says_how_many_more_there_are(self, operator, demo, account):
        record_discrepancies(range(103), [account])
        text = words(operator.get(OVERVIEW))
        assert "! 103 discrepancies need a review" in text
        assert text.count("≠ mismatch") == 1 + 100  # Their one cause, and they.
        assert "3 more are not shown here" in text

    def test_says_plainly_that_nothing_has_drifted(self, operator, demo):
        assert "0 writes have reached one store only." in words(operator.get(OVERVIEW))

    def test_shows_what_has_drifted_and_for_how_long(self, operator, demo, drifted):
        text = words(operator.get(OVERVIEW))
        assert "! 1 write has reached one store only" in text
        assert "trial.store trial-store 1 1 3 h ago" in text
        assert text.count("1 write has reached one store only") == 2

    def test_says_nothing_of_other_pages_where_there_is_nothing_to_say(self, operator, demo):
        text = words(operator.get(OVERVIEW))
        assert [word for word in ("under way.", "do not balance", "has not arrived") if word in text] == []
        assert "Rollouts · Trial balance · Criteria · Errors · Legacy code · Notices" in text

    def test_says_what_runs_what_is_broken_and_what_has_not_arrived(self, operator, demo):
        now = timezone.now()
        Rollout.objects.create(flag=CREDITS, epoch=1, started_by="ada", started_at=now)
        TrialFault.objects.create(law="chain", key="1", sentence="x", since=now, seen_at=now)
        values = {"kind": "rolled_back", "subject": CREDITS, "sentence": "x", "details": {}, "addressed": True}
        told = Notice.objects.create(key=UUID(int=1), at=now - timedelta(minutes=11), **values)
        told.deliveries.create(channel="webhook", next_at=now, give_up_at=now)
        text = words(operator.get(OVERVIEW))
        assert "1 rollout is under way. ! The books do not balance: 1 break. ! What was told has not arrived" in text
        Notice.objects.update(at=now)
        assert "What was told has not arrived" not in words(operator.get(OVERVIEW))

    def test_says_the_time_zone_once(self, operator, mismatch):
        assert words(operator.get(OVERVIEW)).count("UTC") == 1

    def test_needs_no_other_server(self, operator, mismatch):
        html = operator.get(OVERVIEW).content.decode()
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*", html) == []


def test_the_console_brings_its_own_style_sheet(operator, demo):
    assert f"{settings.STATIC_URL}dashboards/console.css" in operator.get(OVERVIEW).content.decode()
