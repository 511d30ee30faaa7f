"""What people say about a discrepancy, and when a fixed one comes back."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from igny8_core.auth.models import User
from migration_harness import queries
from migration_harness.exceptions import InvalidChange, UnknownPerson
from migration_harness.models import AuditEvent, Comparison, DiscrepancyNote, DiscrepancyReview
from migration_harness.reviewing import reviews
from migration_harness.trail import audit

State = DiscrepancyReview.State


@pytest.fixture
def operators(db):
    for name, staff, active in (("ada", True, True), ("bob", True, True), ("cyd", False, True), ("dan", True, False)):
        User.objects.create_user(name, is_staff=staff, is_active=active)


def say_fixed(found, reason="corrected"):
    reviews.review_discrepancy(signature=found.signature, state=State.FIXED, actor="ada", reason=reason)


def log_again(found, *, seconds):
    """Log one more comparison, by a clock that is so many seconds ahead of that of the first one."""
    (first,) = Comparison.objects.filter(signature=found.signature)[:1]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO migration_harness_comparison (at, seam, flag_epoch, stage, account_id, account_plan, "
            "execution_path, group_by, verdict, signature, control_ns, candidate_ns, operation_id, request_id, run) "
            "SELECT %s, seam, flag_epoch, stage, account_id, account_plan, execution_path, group_by, verdict, "
            "signature, control_ns, candidate_ns, operation_id, request_id, run "
            "FROM migration_harness_comparison WHERE signature = %s LIMIT 1",
            [first.at + timedelta(seconds=seconds), found.signature],
        )


def state_of(found):
    return queries.discrepancy(found.signature).state


class TestFixed:
    def test_stays_fixed_while_nothing_comes(self, found):
        say_fixed(found)
        assert state_of(found) == "fixed"

    @pytest.mark.parametrize("seconds", [3_600, 0, -30, -7_200], ids=["ahead", "equal", "a bit behind", "far behind"])
    def test_is_reopened_by_one_more_whatever_its_clock_says(self, found, seconds):
        say_fixed(found)
        log_again(found, seconds=seconds)
        assert state_of(found) == "reopened"

    def test_is_not_reopened_by_one_before_the_fix_whose_clock_is_ahead(self, found):
        log_again(found, seconds=3_600)
        say_fixed(found)
        assert state_of(found) == "fixed"

    def test_is_reopened_where_the_log_lost_the_old_ones(self, found):
        log_again(found, seconds=1)
        log_again(found, seconds=2)
        say_fixed(found)
        DiscrepancyReview.objects.update(seen=1_000)
        log_again(found, seconds=60)
        assert state_of(found) == "reopened"

    def test_of_the_revision_before_goes_by_the_time(self, found):
        say_fixed(found)
        DiscrepancyReview.objects.update(seen=None, seen_last_at=None)
        assert state_of(found) == "fixed"
        log_again(found, seconds=3_600)
        assert state_of(found) == "reopened"

    def test_can_be_said_again_after_it_came_back(self, found):
        say_fixed(found)
        log_again(found, seconds=1)
        say_fixed(found, reason="really")
        assert state_of(found) == "fixed"

    def test_that_came_back_is_told_everywhere(self, found, harness):
        say_fixed(found)
        log_again(found, seconds=-30)
        assert json.loads(harness("status", "--json")[1])["discrepancies"] == {"open": 1}
        assert json.loads(harness("discrepancies", "list", "--json")[1])[0]["state"] == "reopened"
        assert "reopened" in harness("discrepancies", "show", found.signature)[1]


class TestNotes:
    def test_are_kept_in_order_with_who_and_when(self, found):
        for actor, text in (("ada", "seen on staging"), ("bob", " asked finance ")):
            reviews.add_note(signature=found.signature, text=text, actor=actor)
        written = queries.notes(found.signature)
        assert [(note.actor, note.text) for note in written] == [("ada", "seen on staging"), ("bob", "asked finance")]
        assert written[0].at <= written[1].at
        assert queries.discrepancy(found.signature).note_count == 2

    @pytest.mark.parametrize("sql", ["UPDATE {} SET text = ''", "DELETE FROM {}", "TRUNCATE {}"])
    def test_are_changed_by_nobody(self, found, sql):
        reviews.add_note(signature=found.signature, text="seen", actor="ada")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql.format("migration_harness_discrepancynote"))
        assert DiscrepancyNote.objects.get().text == "seen"

    @pytest.mark.parametrize("text", ["", "  ", "x" * 2_001], ids=["empty", "blank", "long"])
    def test_have_a_text_of_some_length(self, found, text):
        with pytest.raises(InvalidChange, match="1 to 2,000 characters"):
            reviews.add_note(signature=found.signature, text=text, actor="ada")


@pytest.mark.usefixtures("operators")
class TestAssignment:
    def test_says_who_by_whom_and_since_when(self, found):
        reviews.assign(signature=found.signature, assignee="bob", actor="ada")
        assigned = queries.discrepancy(found.signature).assignment
        assert (assigned.assignee, assigned.actor, assigned.at is not None) == ("bob", "ada", True)

    def test_moves_and_is_taken_back(self, found):
        for assignee in ("bob", "ada", ""):
            reviews.assign(signature=found.signature, assignee=assignee, actor="ada")
        assert queries.discrepancy(found.signature).assignee == ""
        events = AuditEvent.objects.filter(action="assign discrepancy").order_by("id")
        moves = [(e.before["assignee"], e.after["assignee"]) for e in events]
        assert moves == [("", "bob"), ("bob", "ada"), ("ada", "")]

    def test_to_the_same_person_changes_nothing(self, found):
        for _ in range(2):
            reviews.assign(signature=found.signature, assignee="bob", actor="ada")
        assert AuditEvent.objects.filter(action="assign discrepancy").count() == 1

    @pytest.mark.parametrize("name", ["cyd", "dan", "nobody", " bob"], ids=["customer", "inactive", "unknown", "blank"])
    def test_is_to_an_operator(self, found, name):
        with pytest.raises(UnknownPerson, match="Operators: ada, bob"):
            reviews.assign(signature=found.signature, assignee=name, actor="ada")


class TestTrail:
    @pytest.mark.usefixtures("operators")
    def test_has_everything_that_was_said(self, found):
        reviews.add_note(signature=found.signature, text="seen", actor="ada")
        reviews.assign(signature=found.signature, assignee="bob", actor="ada")
        say_fixed(found)
        actions = AuditEvent.objects.filter(subject=found.signature).order_by("id").values_list("action", flat=True)
        assert list(actions) == ["note discrepancy", "assign discrepancy", "review discrepancy"]
        audit.verify()


@pytest.mark.usefixtures("operators")
class TestCommands:
    def test_note_assign_and_show(self, found, harness):
        name = found.signature
        assert harness("discrepancies", "note", name, "seen [on] staging")[0] == 0
        assert harness("discrepancies", "assign", name, "--to", "bob")[0] == 0
        out = harness("discrepancies", "show", name)[1]
        assert "seen [on] staging" in out
        assert "Assigned to bob by " in out
        shown = json.loads(harness("discrepancies", "show", name, "--json")[1])
        assert [note["text"] for note in shown["notes"]] == ["seen [on] staging"]
        assert shown["assignment"]["assignee"] == "bob"
        assert harness("discrepancies", "assign", name, "--nobody")[1].strip().endswith("bob → nobody")

    @pytest.mark.parametrize(
        "arguments",
        [("note", "NAME", " "), ("note", "nosuch", "x"), ("assign", "NAME"), ("assign", "NAME", "--to", "cyd"),
         ("assign", "NAME", "--to", "bob", "--nobody"), ("acknowledge", "NAME", "--reason", " "), ("reopen", "NAME")],
        ids=" ".join,
    )  # fmt: skip
    def test_refuse_wrong_usage_with_exit_code_2(self, found, harness, arguments):
        before = AuditEvent.objects.count()
        named = [found.signature if word == "NAME" else word for word in arguments]
        assert harness("discrepancies", *named)[0] == 2
        assert AuditEvent.objects.count() == before
