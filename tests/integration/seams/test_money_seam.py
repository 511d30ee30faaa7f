"""A seam that prices a charge."""

from dataclasses import replace

import pytest
import structlog
from django.db import connection

from migration_harness.comparing.explanations import Oracle
from migration_harness.deciding.stages import Side, Stage
from migration_harness.log import recorder
from migration_harness.models import Comparison
from migration_harness.seams.charge import charge
from migration_harness.testing import fixed_flags, flag_at

from .trial import Broken, Trial, break_it, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


class TestMoneySeam:
    def trial(self, **options):
        from datetime import date

        price_list = Oracle(
            name="price list", reason="", owner="", expires=date(9999, 1, 1),
            answer=lambda **_: 3, recorded_legacy=lambda **_: 19,
        )  # fmt: skip
        defaults = {
            "control": 19,
            "candidate": 3,
            "measure": "credits",
            "money": True,
            "explain": [price_list],
        }
        return Trial(**(defaults | options))

    def test_compares_once_in_a_charge(self):
        trial = self.trial()
        with fixed_flags(flag_at("f", Stage.SHADOW)), charge(operation_id="op") as made:
            assert [trial.call(), trial.call()] == [19, 19]
        assert list(Comparison.objects.values_list("operation_id", "verdict")) == [("op", "intended")]
        assert (made.answered_by, made.control_measure, made.candidate_measure) == ("control", 19, 3)

    def test_asks_the_authoritative_side_alone_outside_a_charge(self):
        trial = self.trial()
        with fixed_flags(flag_at("f", Stage.LIVE)):
            assert trial.call() == 3
        assert (trial.ran, verdicts()) == ([Side.CANDIDATE], [])

    def test_leaves_no_evidence_of_a_charge_that_was_rolled_back(self):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            with pytest.raises(Broken), charge(operation_id="op"):
                self.trial().call()
                raise Broken
        assert verdicts() == []

    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    def test_charges_the_legacy_price_with_an_alarm_where_evidence_cannot_be_written(
        self, stage, monkeypatch, django_capture_on_commit_callbacks
    ):
        made = recorder.evidence_of
        monkeypatch.setattr(recorder, "evidence_of", lambda comparison: replace(made(comparison), comparison="("))
        with fixed_flags(flag_at("f", stage)), structlog.testing.capture_logs() as events:
            with django_capture_on_commit_callbacks(execute=True), charge(operation_id="op") as made:
                assert self.trial().call() == 19
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")  # The transaction is alive: the charge can be made.
        assert (made.answered_by, made.epoch) == ("control", 0)
        assert [(e["event"], e["charged_as"]) for e in events] == [("harness.evidence_lost", "off")]

    def test_raises_no_alarm_where_nothing_was_charged(self, monkeypatch, django_capture_on_commit_callbacks):
        def fail(comparison):
            raise Broken

        monkeypatch.setattr(recorder, "evidence_of", fail)
        with (
            fixed_flags(flag_at("f", Stage.LIVE)),
            structlog.testing.capture_logs() as events,
            django_capture_on_commit_callbacks(execute=True),
            pytest.raises(Broken, match="too few"),
            charge(operation_id="op"),
        ):
            assert self.trial().call() == 19
            raise Broken("too few credits")
        assert events == []

    @pytest.mark.parametrize("part", ["group_by", "account_plan", "clean", "subject"])
    def test_keeps_its_price_where_what_it_declares_fails(self, part):
        trial = self.trial(**{part: break_it})
        with fixed_flags(flag_at("f", Stage.LIVE)), charge(operation_id="op") as made:
            assert trial.call() == 3
        assert (made.answered_by, made.control_measure, made.candidate_measure) == ("candidate", 19, 3)
        (kept,) = Comparison.objects.all()
        assert (kept.verdict, kept.control_measure, kept.candidate_measure) == ("mismatch", 19, 3)

    def test_notes_who_answered_alone(self):
        with fixed_flags(flag_at("f", Stage.COMPLETE)), charge(operation_id="op") as made:
            self.trial().call()
        assert (made.answered_by, made.control_measure, made.candidate_measure) == ("candidate", None, 3)
