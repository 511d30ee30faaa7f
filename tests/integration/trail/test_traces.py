"""What was changed is on the audit trail: a trail that lost something is contradicted by what it told of."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from igny8_core.auth.models import User
from migration_harness.comparing.scope import Scope
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.evidence import runs
from migration_harness.evidence.run_tally import RunTally
from migration_harness.exceptions import AuditTampered
from migration_harness.models import AuditEvent, AuditHead, DiscrepancyReview, ForecastSignOff, KeptForecast, Run
from migration_harness.money.forecast import sign_off
from migration_harness.reviewing import approvals
from migration_harness.reviewing.reviews import add_note, assign, review_discrepancy
from migration_harness.trail import audit
from tests.trial_flag import FLAG

from ..approving import second_person


def flip(**change):
    change_flag(name=FLAG, change=FlagChange(**change), actor="tester")


def include(membership="on"):
    flip(account_id="7", membership=membership)


def review(state="acknowledged"):
    review_discrepancy(signature="abc", state=DiscrepancyReview.State(state), actor="ada", reason="seen")


def note():
    add_note(signature="abc", text="look at this", actor="ada")


def take():
    User.objects.get_or_create(username="grace", defaults={"is_staff": True})
    assign(signature="abc", assignee="grace", actor="ada")


def explain():
    made = approvals.propose(
        signature="abc", scope=Scope(seam="trial.other", fields=frozenset({("name", "value")}), group=None),
        reason="renamed", owner="ada", expires=timezone.now().date() + timedelta(days=3), covered={}, actor="ada",
    )  # fmt: skip
    approvals.approve(number=made.pk, actor=second_person("grace"), today=timezone.now().date())


def sign():
    kept = KeptForecast.objects.create(
        at=timezone.now(), actor="ada", flags=[FLAG], calls_of="x", inputs={}, summary={"headline": "none"}
    )
    now = timezone.now()
    signed = ForecastSignOff.objects.create(forecast=kept, at=now, actor="ada", reason="agreed")
    audit.append(sign_off._entry(kept, signed), now=now)


def replay():
    now = timezone.now()
    run = Run.objects.create(name="june", actor="ada", started_at=now, finished_at=now, since=now, until=now, calls=12)
    runs._record(run, RunTally(), seams=())


def as_owner(*statements):
    """Do what only the owner of the tables can: without the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        )
        always = cursor.fetchall()
        for table, name in always:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)
        for table, name in always:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        cursor.execute("SET LOCAL session_replication_role = origin")


ACTS = {
    "a share": lambda: flip(share_bps=700), "everyone": lambda: flip(everyone=False), "an account": include,
    "a review": review, "a note": note, "an assignment": take, "an explanation": explain, "a signature": sign,
    "a run": replay,
}  # fmt: skip
"""What leaves a trace, by what it is."""
TRAIL = "migration_harness_auditevent"
LOST = {
    "truncated": [f"TRUNCATE {TRAIL}", "TRUNCATE migration_harness_audithead"],
    "without its last event": [
        f"DELETE FROM {TRAIL} WHERE id = (SELECT max(id) FROM {TRAIL})",
        f"UPDATE migration_harness_audithead SET hash = (SELECT hash FROM {TRAIL} ORDER BY id DESC LIMIT 1)",
    ],
}
COPY_OF_AN_EXPLANATION = """
INSERT INTO migration_harness_storedexplanation
    (signature, seam, paths, kinds, reason, owner, expires, covered, state, proposed_by, proposed_at, approved_by,
     ended_reason, version)
SELECT signature, seam, paths, kinds, reason, owner, expires, covered, 'approved', 'eve', now(), 'mallory', '', 1
FROM migration_harness_storedexplanation
"""
CHANGED = {
    "a share": (ACTS["a share"], f"UPDATE migration_harness_flag SET share_bps = 9000 WHERE name = '{FLAG}'",
                rf"{FLAG}: share_bps is 9000, and by the trail it is 700"),
    "a stage": (ACTS["a share"], f"UPDATE migration_harness_flag SET stage = 'complete' WHERE name = '{FLAG}'",
                r"stage is 'complete', and by the trail it is 'live'"),
    "an account put in": (ACTS["a share"],
                "INSERT INTO migration_harness_flagmember (flag_id, account_id, included, reason, actor, at) "
                f"SELECT id, '9', true, '', '', now() FROM migration_harness_flag WHERE name = '{FLAG}'",
                r"account 9 is 'on', and by the trail it is 'inherit'"),
    "an account taken out": (include, "DELETE FROM migration_harness_flagmember",
                r"account 7 is 'inherit', and by the trail it is 'on'"),
    "an epoch": (ACTS["a share"], f"UPDATE migration_harness_flag SET epoch = 1 WHERE name = '{FLAG}'",
                rf"The flag {FLAG} was last changed at epoch 1, and its newest event is of epoch \d"),
    "a review": (review, "UPDATE migration_harness_discrepancyreview SET state = 'fixed'",
                r"The review of discrepancy abc: it is \['fixed'"),
    "a review that is gone": (review, "DELETE FROM migration_harness_discrepancyreview",
                r"The review of discrepancy abc: the trail tells of it, and it is gone"),
    "a note": (note, "UPDATE migration_harness_discrepancynote SET text = 'x'", r"Note \d+ on discrepancy abc: it is"),
    "a note that is gone": (note, "DELETE FROM migration_harness_discrepancynote", r"Note \d+ .* it is gone"),
    "an assignment": (take, "UPDATE migration_harness_discrepancyassignment SET assignee = 'eve'", "Who is on discr"),
    "what is explained": (explain, "UPDATE migration_harness_storedexplanation SET seam = 'trial.prices'",
                r"Explanation \d+: it is"),
    "an approval": (explain, "UPDATE migration_harness_storedexplanation SET state = 'proposed'",
                r"Explanation \d+: it is \['proposed'"),
    "an explanation past the harness": (explain, COPY_OF_AN_EXPLANATION,
                r"Explanation \d+: no event of the trail tells of it"),
    "a signature": (sign, "UPDATE migration_harness_forecastsignoff SET actor = 'eve'",
                r"The signature of eve on forecast \d+: no event of the trail tells of it"),
    "a run": (replay, "UPDATE migration_harness_run SET calls = 9000", r"The run june: it is \['ada', 9000\]"),
}  # fmt: skip


@pytest.mark.usefixtures("trial_flag")
class TestTrail:
    def test_tells_of_all_that_leaves_a_trace(self):
        for act in ACTS.values():
            act()
        include("off")
        include("inherit")
        review("fixed")
        assign(signature="abc", assignee="", actor="ada")
        assert audit.verify() == AuditEvent.objects.count()

    @pytest.mark.parametrize("what", ACTS)
    @pytest.mark.parametrize("how", LOST)
    def test_that_lost_something_is_contradicted_by_what_it_told_of(self, how, what):
        ACTS[what]()
        as_owner(*LOST[how])
        with pytest.raises(AuditTampered):
            audit.verify()

    @pytest.mark.parametrize("what", ACTS)
    @pytest.mark.parametrize("how", LOST)
    def test_that_lost_something_and_went_on_is_contradicted(self, how, what):
        """The chain fits again, and so does its head."""
        ACTS[what]()
        as_owner(*LOST[how])
        flip(share_bps=100)
        head = AuditHead.objects.get().hash
        assert head == AuditEvent.objects.order_by("id").last().hash
        with pytest.raises(AuditTampered):
            audit.verify()

    @pytest.mark.parametrize("what", CHANGED)
    def test_contradicts_what_was_changed_past_the_harness(self, what):
        act, statement, sentence = CHANGED[what]
        act()
        as_owner(statement)
        with pytest.raises(AuditTampered, match=sentence):
            audit.verify()

    def test_names_every_contradiction(self, harness):
        review()
        note()
        as_owner("DELETE FROM migration_harness_discrepancyreview", "DELETE FROM migration_harness_discrepancynote")
        code, _, err = harness("audit", "--verify")
        told = " ".join(err.split())
        assert (code, "The review of discrepancy abc" in told, "on discrepancy abc: the trail" in told) == (
            1,
            True,
            True,
        )

    def test_is_not_told_without_end(self):
        for n in range(30):
            add_note(signature=f"s{n}", text="x", actor="ada")
        as_owner("DELETE FROM migration_harness_discrepancynote")
        with pytest.raises(AuditTampered, match="And 10 more"):
            audit.verify()
