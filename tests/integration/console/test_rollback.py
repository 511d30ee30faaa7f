"""A rollback by a click and a confirmation."""

from dataclasses import replace

import pytest

from migration_harness.control import rollback
from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.processes import Process
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent
from migration_harness.plan import PlannedFlag

from ..trial_stores import FLAG, Trial
from .browser import CREDITS, FLAGS, OVERVIEW, confirm, flag_page, form_in, words

ROLLBACK = f"{flag_page()}rollback/"


@pytest.fixture
def everyone(selected):
    change_flag(name=CREDITS, change=FlagChange(share_bps=10_000), actor="bob")


class TestConfirmation:
    def test_is_one_click_away_from_the_overview(self, operator, everyone):
        assert f'data-opens="brake-{CREDITS}"' in operator.get(OVERVIEW).content.decode()

    def test_says_what_happens(self, operator, everyone, charge):
        charge()
        text = words(operator.get(ROLLBACK))
        assert f"Roll back {CREDITS}: everyone on the control, at once?" in text
        assert "Go back to the control 12 accounts: Amber Bakery, Blue Harbour, " in text
        assert "Afterwards 0 of 12 accounts are on the candidate" in text
        assert "1 of those who go back pay more from then on, 0 would run dry within a day" in text
        assert "Comparing goes on: the baseline is shadow" in text

    def test_names_the_flags_that_require_it(self, operator, everyone):
        create_flag(
            planned=PlannedFlag(name="dependent", owner="x", note="x", requires=(CREDITS,)),
            baseline=Stage.SHADOW, actor="x",
        )  # fmt: skip
        change_flag(name="dependent", change=FlagChange(everyone=True), actor="x")
        text = words(operator.get(ROLLBACK))
        assert "dependent, which requires it 0 join the candidate as well, 12 go back as well" in text

    def test_leaves_a_way_out(self, operator, everyone):
        assert f'<a class="act" href="{flag_page()}">Cancel</a>' in operator.get(ROLLBACK).content.decode()


class TestRollback:
    def test_takes_everyone_back_as_this_person_and_shows_the_proof(self, operator, everyone):
        page = confirm(operator, ROLLBACK, reason="wrong price")
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.subject, event.reason) == (
            "operator", "roll back", CREDITS, "wrong price",
        )  # fmt: skip
        assert load_snapshot().flags[CREDITS].everyone is False
        assert page.redirect_chain == [(flag_page(), 302)]
        text = words(page)
        assert f"{CREDITS} is rolled back" in text
        assert f"{CREDITS} changed: of 12 accounts 0 joined the candidate, 12 left it." in text
        assert f"✓ Epoch {event.evidence['epoch']}, in " in text

    def test_needs_no_reason(self, operator, everyone):
        confirm(operator, ROLLBACK)
        assert load_snapshot().flags[CREDITS].everyone is False

    @pytest.mark.parametrize(("entered", "baseline"), [({}, Stage.SHADOW), ({"to_off": "on"}, Stage.OFF)])
    def test_stops_comparing_where_it_is_asked_to(self, operator, everyone, entered, baseline):
        confirm(operator, ROLLBACK, **entered)
        assert load_snapshot().flags[CREDITS].baseline is baseline

    def test_shows_a_process_that_does_not_obey(self, operator, everyone, monkeypatch):
        late, original = Process(host="web-1", pid=7, role="web"), rollback.roll_back

        def roll_back(**how):
            proven = original(**how)
            return replace(proven, proof=replace(proven.proof, late=(late,)))

        monkeypatch.setattr("dashboards.flag_views.roll_back", roll_back)
        text = words(confirm(operator, ROLLBACK))
        assert f"{late} ✗ no: it renews its lease without loading the flags. Stop it." in text

    def test_that_is_refused_says_why_and_keeps_the_form(self, operator, demo, trial_stores):
        create_flag(
            planned=PlannedFlag(name=FLAG, owner="x", note="x", has_store=True), baseline=Stage.DUALWRITE, actor="x"
        )
        trial = Trial()
        change_flag(name=FLAG, change=FlagChange(stage=Stage.COMPLETE, everyone=True), actor="x")
        trial.candidate.write("k", "new")
        page = confirm(operator, f"{flag_page(FLAG)}rollback/", reason="too slow")
        assert page.status_code == 409
        assert "it lacks 1 of what the new one has. Bring it up to date first: python manage.py" in words(page)
        assert form_in(page)[1]["reason"] == "too slow"
        assert load_snapshot().flags[FLAG].everyone is True

    def test_is_proven_on_the_page_until_the_flag_changes_again(self, operator, everyone):
        confirm(operator, ROLLBACK)
        assert "What came of it" in words(operator.get(flag_page()))
        change_flag(name=CREDITS, change=FlagChange(share_bps=100), actor="bob")
        assert "What came of it" not in words(operator.get(flag_page()))


class TestReturn:
    def test_is_offered_in_place_of_a_rollback(self, operator, everyone):
        confirm(operator, ROLLBACK)
        html = operator.get(FLAGS).content.decode()
        assert (f'href="{ROLLBACK}"' in html, f'href="{flag_page()}return/"' in html) == (False, True)

    def test_brings_back_the_cohort_from_before(self, operator, everyone):
        confirm(operator, ROLLBACK)
        url = f"{flag_page()}return/"
        assert "Join the candidate 12 accounts: " in words(operator.get(url))
        page = confirm(operator, url, reason="corrected")
        assert "of 12 accounts 12 joined the candidate, 0 left it." in words(page)
        flag = load_snapshot().flags[CREDITS]
        assert (flag.everyone, flag.share_bps) == (None, 10_000)
