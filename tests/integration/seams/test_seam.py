"""What a seam does for its caller, and what it records."""

import pytest
import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from migration_harness import faults
from migration_harness.comparing.explanations import Oracle, Rule
from migration_harness.deciding import unit_of_work
from migration_harness.deciding.processes import this_process
from migration_harness.deciding.stages import TABLE, Side, Stage
from migration_harness.log import recorder
from migration_harness.models import Comparison, ComparisonSample
from migration_harness.seams import seam as seams
from migration_harness.seams.charge import charge
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at, flag_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


class Declared(Exception):
    """An error of both sides' contract."""


class Trial:
    """A seam with two sides that remember being called."""

    def __init__(self, *, control="old", candidate="new", **options):
        self.ran = []
        self.seam = Seam(
            name="trial",
            flag="f",
            control=self._side(Side.CONTROL, control),
            candidate=self._side(Side.CANDIDATE, candidate),
            subject=options.pop("subject", lambda *, account: account),
            errors=(Declared,),
            **options,
        )

    def _side(self, side, outcome):
        def run(*, account):
            self.ran.append(side)
            if isinstance(outcome, BaseException):
                raise outcome
            return outcome(account) if callable(outcome) else outcome

        return run

    def call(self, account="1"):
        try:
            return self.seam(account=account)
        except Declared as error:
            return error


def verdicts():
    return list(Comparison.objects.order_by("id").values_list("verdict", flat=True))


class TestReadStages:
    """For each stage: who ran, who answered, what was compared; on success and on either side's error."""

    @pytest.mark.parametrize("stage", Stage)
    @pytest.mark.parametrize(
        ("control", "candidate", "verdict"),
        [
            ("same", "same", "match"),
            ("old", "new", "mismatch"),
            (Declared("control"), "new", "mismatch"),
            ("old", Declared("candidate"), "candidate_error"),
            (Declared("control"), Declared("candidate"), "both_error"),
        ],
        ids=["same", "different", "control raises", "candidate raises", "both raise"],
    )
    def test_run_answer_and_compare_as_the_table_says(self, stage, control, candidate, verdict):
        trial = Trial(control=control, candidate=candidate)
        rule = TABLE[stage]
        with fixed_flags(flag_at("f", stage)):
            answer = trial.call()
        assert trial.ran == list(rule.reads)
        assert answer is (candidate if rule.answers is Side.CANDIDATE else control)
        assert verdicts() == ([verdict] if rule.compared else [])

    def test_give_each_account_its_own_stage(self):
        trial = Trial()
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, included=frozenset({"1"}))):
            assert [trial.call("1"), trial.call("2")] == ["new", "old"]

    def test_run_pure_sides_in_either_order(self):
        trial = Trial(pure=True)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            answers = {trial.call() for _ in range(60)}
        assert answers == {"old"}
        assert {tuple(trial.ran[i : i + 2]) for i in range(0, 120, 2)} == {
            (Side.CONTROL, Side.CANDIDATE),
            (Side.CANDIDATE, Side.CONTROL),
        }

    def test_compare_only_the_share_of_calls_that_is_wanted(self):
        trial = Trial(control="same", candidate="same")
        with fixed_flags(flag_state("f", baseline=Stage.SHADOW, compared_bps=2_500)):
            for _ in range(400):
                trial.call()
        assert 40 < len(verdicts()) < 170

    def test_answer_alone_inside_the_side_that_is_compared(self):
        inner = Trial(control="inner", candidate="inner")
        outer = Trial(control="inner", candidate=lambda account: inner.call(account))
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            outer.call()
        assert inner.ran == [Side.CONTROL]
        assert verdicts() == ["match"]


class TestRecord:
    def test_holds_who_how_and_how_much(self):
        trial = Trial(
            control=19,
            candidate=3,
            group_by=lambda *, account: ("clustering", "gpt-5.1"),
            account_plan=lambda *, account: "4",
            measure="credits",
        )
        with (
            fixed_flags(flag_state("f", baseline=Stage.SHADOW, epoch=7)),
            unit_of_work.unit_of_work(execution_path=unit_of_work.ExecutionPath.REPLAY, request_id="r", run="first"),
        ):
            trial.call("12")
        row = Comparison.objects.get()
        assert (row.seam, row.stage, row.flag_epoch, row.account_id, row.account_plan) == (
            "trial",
            "shadow",
            7,
            "12",
            "4",
        )
        assert (row.execution_path, row.request_id, row.run) == ("replay", "r", "first")
        assert (row.group, row.control_measure, row.candidate_measure) == (["clustering", "gpt-5.1"], 19, 3)
        assert row.control_ns > 0
        assert row.candidate_ns > 0

    def test_keeps_a_sample_with_both_values_of_what_differs(self):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control={"credits": 19}, candidate={"credits": 3}).call()
        payload = ComparisonSample.objects.get().payload
        assert payload["differences"] == [{"path": "result.credits", "kind": "value", "control": 19, "candidate": 3}]
        assert payload["call"] == {"account": "1"}

    def test_keeps_a_capped_number_of_samples(self):
        trial = Trial()
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            for _ in range(recorder.SAMPLES_UNEXPLAINED + 5):
                trial.call()
        assert ComparisonSample.objects.count() == recorder.SAMPLES_UNEXPLAINED
        assert Comparison.objects.count() == recorder.SAMPLES_UNEXPLAINED + 5

    def test_is_an_event_where_the_sides_differ(self):
        with structlog.testing.capture_logs() as events, fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial().call("12")
        event = next(e for e in events if e["event"] == "harness.mismatch")
        assert (event["seam"], event["account_id"], event["paths"]) == ("trial", "12", ["result"])
        assert event["signature"] == Comparison.objects.get().signature


class Broken(Exception):
    """A fault planted into the harness."""


def break_it(*_args, **_kwargs):
    raise Broken("planted")


class TestFault:
    """A fault of the harness never reaches the caller."""

    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    @pytest.mark.parametrize("part", ["group_by", "account_plan", "clean"])
    def test_of_a_seams_function_leaves_the_answer_alone(self, part, stage):
        trial = Trial(**{part: break_it})
        with fixed_flags(flag_at("f", stage)), structlog.testing.capture_logs() as events:
            assert trial.call() == ("old" if stage is Stage.SHADOW else "new")
        assert [(e["event"], e["error"]) for e in events] == [("harness.fault", "Broken")]

    def test_of_the_subject_gives_the_control(self):
        with fixed_flags(flag_at("f", Stage.LIVE)), structlog.testing.capture_logs() as events:
            assert Trial(subject=break_it).call() == "old"
        assert [e["where"] for e in events] == ["decision"]

    def test_of_an_explanation_explains_nothing(self):
        from datetime import date

        rule = Rule(name="r", reason="", owner="", expires=date(9999, 1, 1), covers=break_it)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(explain=[rule]).call() == "old"
        assert verdicts() == ["mismatch"]

    def test_of_the_recorder_leaves_the_answer_alone(self, monkeypatch):
        monkeypatch.setattr(recorder.buffer, "add", break_it)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial().call() == "old"

    def test_of_the_flags_gives_the_control(self, monkeypatch):
        monkeypatch.setattr(seams, "decisions_of", break_it)
        assert Trial().call() == "old"

    def test_of_the_log_leaves_the_answer_alone(self, monkeypatch):
        monkeypatch.setattr(faults.log, "error", break_it, raising=False)
        monkeypatch.setattr(recorder.log, "warning", break_it, raising=False)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(group_by=break_it).call() == "old"
            assert Trial().call() == "old"

    def test_does_not_swallow_what_concerns_the_whole_process(self):
        for error in (SoftTimeLimitExceeded(), KeyboardInterrupt(), SystemExit()):
            trial = Trial(candidate=error)
            with fixed_flags(flag_at("f", Stage.SHADOW)), pytest.raises(type(error)):
                trial.call()


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
    def test_charges_the_legacy_price_with_an_alarm_where_evidence_cannot_be_written(self, stage, monkeypatch):
        monkeypatch.setattr(recorder, "_INSERT", "INSERT INTO no_such_table VALUES (1)")
        with fixed_flags(flag_at("f", stage)), structlog.testing.capture_logs() as events:
            with charge(operation_id="op") as made:
                assert self.trial().call() == 19
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")  # The transaction is alive: the charge can be made.
        assert (made.answered_by, made.epoch) == ("control", 0)
        assert [(e["event"], e["charged_as"]) for e in events] == [("harness.evidence_lost", "off")]

    def test_charges_the_legacy_price_where_it_cannot_be_compared(self):
        trial = self.trial(group_by=break_it)
        with fixed_flags(flag_at("f", Stage.LIVE)), charge(operation_id="op") as made:
            assert trial.call() == 19
        assert made.answered_by == "control"

    def test_notes_who_answered_alone(self):
        with fixed_flags(flag_at("f", Stage.COMPLETE)), charge(operation_id="op") as made:
            self.trial().call()
        assert (made.answered_by, made.control_measure, made.candidate_measure) == ("candidate", None, 3)


class TestUnitOfWork:
    def run(self, before, after):
        """Decide under one snapshot, then under another, in one unit of work."""
        trial = Trial()
        with unit_of_work.unit_of_work(execution_path=unit_of_work.ExecutionPath.DIRECT):
            with fixed_flags(before):
                first = trial.call()
            with fixed_flags(after):
                return first, trial.call()

    def test_is_not_reached_by_a_forward_flip(self):
        assert self.run(flag_at("f", Stage.SHADOW), flag_at("f", Stage.LIVE)) == ("old", "old")

    def test_is_reached_by_a_rollback_at_its_next_decision(self):
        rolled_back = flag_state("f", everyone=False, baseline=Stage.SHADOW)
        assert self.run(flag_at("f", Stage.LIVE), rolled_back) == ("new", "old")


class TestPurity:
    def write(self, _account):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO migration_harness_discrepancyreview VALUES ('s', 'open', '', '', now())")
        return "old"

    def candidate_that(self, sql, *, swallow=True):
        def run(_account):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(sql)
            except Exception:
                if not swallow:
                    raise
            return "old"

        return run

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO migration_harness_discrepancyreview VALUES ('s', 'open', '', '', now())",
            "UPDATE migration_harness_epoch SET value = value + 1",
            "SELECT * FROM migration_harness_epoch FOR UPDATE",
            "SELECT nextval('migration_harness_comparison_id_seq')",
            "NOTIFY harness_epoch",
            "SELECT pg_notify('harness_epoch', '1')",
            "SELECT pg_advisory_lock(1)",
            "SELECT pg_try_advisory_xact_lock(1)",
            "CREATE TABLE surprise (id int)",
        ],
    )
    @pytest.mark.parametrize("swallow", [True, False], ids=["swallowed", "raised"])
    def test_blocks_a_side_effect_of_the_side_that_does_not_answer(self, sql, swallow):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(control="old", candidate=self.candidate_that(sql, swallow=swallow)).call() == "old"
        assert verdicts() == ["blocked"]

    def test_leaves_the_callers_transaction_usable_and_unchanged(self):
        with fixed_flags(flag_at("f", Stage.SHADOW)), transaction.atomic():
            Trial(candidate=self.candidate_that("SELECT no_such_column")).call()
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('transaction_read_only')")
                assert cursor.fetchone() == ("off",)

    def test_lets_the_answering_side_write(self):
        with fixed_flags(flag_at("f", Stage.LIVE)):
            Trial(control="old", candidate=self.write).call()
        with connection.cursor() as cursor:
            cursor.execute("SELECT signature FROM migration_harness_discrepancyreview")
            assert cursor.fetchall() == [("s",)]
        assert verdicts() == ["match"]

    def test_lets_the_other_side_read_and_use_atomic(self):
        def read(_account):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT 'old'")
                return cursor.fetchone()[0]

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="old", candidate=read).call()
        assert verdicts() == ["match"]

    def test_blocks_a_copy_as_well(self):
        def copy(_account):
            with (
                connection.cursor() as cursor,
                cursor.copy("COPY migration_harness_epoch FROM STDIN") as sink,
            ):
                sink.write_row((1, 1))
            return "old"

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(control="old", candidate=copy).call() == "old"
        assert verdicts() == ["candidate_error"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM migration_harness_epoch")
            assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
class TestPurityOutsideATransaction:
    def test_blocks_a_write_and_leaves_autocommit_on(self):
        trial = Trial(control="old", candidate=TestPurity().write)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert trial.call() == "old"
        assert connection.get_autocommit()
        assert verdicts() == ["blocked"]

    def test_leaves_a_connection_usable_that_was_opened_inside(self):
        connection.close()
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="old", candidate=TestPurity().write).call()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only'), current_setting('application_name')")
            read_only, name = cursor.fetchone()
        assert (read_only, name) == ("off", str(this_process()))

    def test_lets_the_other_side_use_a_durable_atomic(self):
        def read(_account):
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                cursor.execute("SELECT 'old'")
                return cursor.fetchone()[0]

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="old", candidate=read).call()
        assert verdicts() == ["match"]


class TestLog:
    def test_is_configured_to_show_json_in_production(self, capsys):
        import logging.config

        from igny8_core.structured_logging import logging_config

        before = structlog.get_config()
        try:
            logging.config.dictConfig(logging_config(json=True, level="INFO"))
            structlog.get_logger("harness").warning("harness.mismatch", seam="credits.text")
            line = capsys.readouterr().err.strip().splitlines()[-1]
        finally:
            logging.config.dictConfig(logging_config(json=False, level="INFO"))
            # Last: a logger that was used before keeps this list of processors, which capture_logs changes.
            structlog.configure(**before)
        import json

        assert json.loads(line)["event"] == "harness.mismatch"
