"""Explanations that one person proposes and another approves, from the proposal to the verdict."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from migration_harness import queries
from migration_harness.authority import proving
from migration_harness.authority.actors import Origin
from migration_harness.exceptions import ExplanationDecided, InvalidChange, SecondPersonNeeded, UnknownExplanation
from migration_harness.models import AuditEvent, Comparison, StoredExplanation
from migration_harness.reviewing import approvals, stored_rules
from migration_harness.trail import audit

from ..approving import second_person
from ..trial_seam import CANDIDATE, CONTROL
from .proposing import TODAY, approved, follow, propose, verdicts


@pytest.fixture
def bob_at_the_prompt(db, monkeypatch):
    """Whoever is at the prompt has a token of bob, who may approve and operate."""
    bob = second_person("bob")
    monkeypatch.setattr(proving, "token_owners", [lambda _token: replace(bob, origin=Origin.TOKEN)])
    monkeypatch.setenv("HARNESS_TOKEN", "of bob")


class TestProposal:
    def test_explains_nothing(self, trial, found):
        propose(found)
        follow()
        trial.call()
        assert verdicts() == ["mismatch", "mismatch"]
        assert queries.discrepancy(found.signature).state == "open"

    @pytest.mark.parametrize("actor", ["ada@host", "ada@another-host", "ada", "ADA"])
    def test_is_not_approved_by_the_person_who_made_it(self, found, actor):
        made = propose(found)
        with pytest.raises(SecondPersonNeeded, match="was asked by ada@host, and another person"):
            approvals.approve(number=made.pk, actor=second_person(actor), today=TODAY)
        assert StoredExplanation.objects.get().state == "proposed"

    def test_cannot_be_approved_by_its_maker_in_the_database_either(self, found):
        made = propose(found)
        with pytest.raises(IntegrityError), transaction.atomic():
            StoredExplanation.objects.filter(pk=made.pk).update(state="approved", approved_by=made.proposed_by)
        with pytest.raises(IntegrityError), transaction.atomic():
            StoredExplanation.objects.filter(pk=made.pk).update(state="approved")

    @pytest.mark.parametrize(
        ("decide", "state"),
        [
            (lambda n: approvals.reject(number=n, actor=second_person("bob"), reason="no"), "rejected"),
            (lambda n: approvals.withdraw(number=n, actor="ada@elsewhere"), "withdrawn"),
        ],
        ids=["rejected", "withdrawn"],
    )
    def test_that_was_turned_down_cannot_be_approved(self, found, decide, state):
        made = propose(found)
        decide(made.pk)
        with pytest.raises(ExplanationDecided, match=f"is {state}: only a proposed one"):
            approvals.approve(number=made.pk, actor=second_person("bob"), today=TODAY)

    def test_is_withdrawn_by_its_maker_alone(self, found):
        with pytest.raises(InvalidChange, match="you can reject it"):
            approvals.withdraw(number=propose(found).pk, actor="bob")

    def test_cannot_be_approved_after_its_last_day(self, found):
        made = propose(found, expires=TODAY)
        with pytest.raises(InvalidChange, match="propose it anew"):
            approvals.approve(number=made.pk, actor=second_person("bob"), today=TODAY + timedelta(days=1))

    def test_that_does_not_exist_is_told(self, db):
        with pytest.raises(UnknownExplanation, match="no explanation 77"):
            approvals.approve(number=77, actor=second_person("bob"), today=TODAY)


class TestApproved:
    def test_makes_the_difference_intended(self, trial, found):
        made = approved(found)
        trial.call()
        assert verdicts() == ["mismatch", "intended"]
        assert {d.explanation for d in queries.discrepancies()} == {made.name}

    def test_leaves_every_other_difference_a_mismatch(self, trial, found):
        approved(found)
        trial.call(kind="image")
        trial.answers["candidate"] = {"label": "x", "price": 6}
        trial.call()
        assert verdicts() == ["mismatch"] * 3

    def test_explains_what_was_found_before_it(self, found):
        approved(found)
        assert queries.discrepancy(found.signature).state == "explained"
        assert queries.needs_review(queries.discrepancies()) == 0

    def test_stops_when_it_is_revoked(self, trial, found):
        made = approved(found)
        approvals.revoke(number=made.pk, actor="cyd", reason="it hid a fault")
        follow()
        trial.call()
        assert verdicts() == ["mismatch", "mismatch"]
        assert queries.discrepancy(found.signature).state == "open"

    def test_stops_after_its_last_day_and_says_so(self, trial, found, caplog):
        made = approved(found, expires=TODAY + timedelta(days=3))
        last_day, after = TODAY + timedelta(days=3), TODAY + timedelta(days=4)
        follow(last_day)
        assert len(stored_rules.rules_in_force("trial.choice")) == 1
        follow(after)
        follow(after)
        assert stored_rules.rules_in_force("trial.choice") == ()
        told = [record.msg for record in caplog.records if record.msg["event"] == "harness.explanation_expired"]
        assert [(each["seam"], each["explanation"]) for each in told] == [("trial.choice", made.name)]
        StoredExplanation.objects.update(expires=TODAY - timedelta(days=1))
        assert queries.discrepancy(found.signature).state == "open"
        assert queries.standing(queries.explanation(made.pk)) == "expired"

    def test_changes_the_digest_and_tells_whoever_listens(self, found, monkeypatch):
        told = []
        monkeypatch.setattr(stored_rules.rules, "listeners", [told.append])
        digests = [stored_rules.digest("trial.choice")]
        made = approved(found)
        digests.append(stored_rules.digest("trial.choice"))
        follow()
        assert told == ["trial.choice"]
        approvals.revoke(number=made.pk, actor="cyd", reason="x")
        follow()
        digests.append(stored_rules.digest("trial.choice"))
        assert (digests[0], digests[2], len(digests[1]), told) == ("", "", 12, ["trial.choice"] * 2)

    def test_is_another_revision_of_the_seam_and_back(self, trial, found):
        made = approved(found)
        trial.call()
        approvals.revoke(number=made.pk, actor="cyd", reason="x")
        follow()
        trial.call()
        before, between, after = Comparison.objects.order_by("id").values_list("revision", flat=True)
        assert before == after != between
        assert "" not in (before, between)

    def test_is_not_loaded_again_while_nothing_changes(self, found, django_assert_num_queries):
        approved(found)
        with django_assert_num_queries(1):
            follow()

    def test_costs_a_call_no_query(self, trial, found, django_assert_num_queries):
        approved(found)
        trial.call()
        call = {"account": "1", "kind": "text"}
        (rule,) = [e for e in trial.seam.criteria.explanations if isinstance(e, stored_rules.InForce)]
        with django_assert_num_queries(0):
            from migration_harness.comparing.difference import diff

            assert rule.covers(diff(CONTROL, CANDIDATE), call)


class TestTrail:
    def test_has_every_step_with_what_was_covered(self, found):
        made = approved(found)
        approvals.revoke(number=made.pk, actor="cyd", reason="it hid a fault")
        events = AuditEvent.objects.filter(subject=made.name).order_by("id")
        assert [(e.action, e.actor, e.after["state"]) for e in events] == [
            ("propose explanation", "ada@host", "proposed"),
            ("approve explanation", "bob", "approved"),
            ("revoke explanation", "cyd", "revoked"),
        ]
        assert events[1].evidence["covered"]["signatures"] == [found.signature]
        assert audit.verify() == AuditEvent.objects.count()


@pytest.mark.usefixtures("bob_at_the_prompt")
class TestCommand:
    def run(self, harness, *arguments):
        return harness("discrepancies", "explain", *arguments)

    def test_shows_what_it_would_cover_and_stores_nothing(self, found, harness):
        code, out, _ = self.run(harness, found.signature)
        assert (code, "It covers 1 comparison of 1 account in" in out, found.signature in out) == (0, True, True)
        assert StoredExplanation.objects.count() == 0

    def test_proposes_and_names_the_way_to_approve(self, found, harness):
        last = (TODAY + timedelta(days=9)).isoformat()
        options = ("--owner", "product", "--expires", last, "--reason", "planned", "--yes")
        code, out, _ = self.run(harness, found.signature, *options)
        made = StoredExplanation.objects.get()
        assert (code, f"explain --approve {made.pk}" in out) == (0, True)
        assert (made.owner, made.expires.isoformat(), made.reason) == ("product", last, "planned")

    def test_refuses_the_proposer_with_exit_code_2(self, found, harness):
        made = propose(found, actor="Bob@host")
        code, _, err = self.run(harness, "--approve", str(made.pk))
        assert (code, "another person has to answer" in err) == (2, True)

    def test_decides_about_what_another_person_proposed(self, found, harness):
        made = propose(found, actor="somebody-else")
        code, out, _ = self.run(harness, "--approve", str(made.pk), "--json")
        assert (code, json.loads(out)["state"], json.loads(out)["covers"]["comparisons"]) == (0, "approved", 1)
        assert self.run(harness, "--revoke", str(made.pk))[0] == 2
        assert self.run(harness, "--revoke", str(made.pk), "--reason", "x")[0] == 0
        assert json.loads(harness("discrepancies", "explanations", "--all", "--json")[1])[0]["state"] == "revoked"

    @pytest.mark.parametrize(
        "arguments",
        [(), ("SIGNATURE", "--approve", "1"), ("--approve", "1", "--revoke", "1"), ("nosuch",),
         ("SIGNATURE", "--yes"), ("SIGNATURE", "--expires", "soon"), ("--approve", "99")],
        ids=["nothing", "both", "two decisions", "unknown", "without a reason", "no date", "unknown number"],
    )  # fmt: skip
    def test_refuses_wrong_usage_with_exit_code_2(self, found, harness, arguments):
        named = [found.signature if word == "SIGNATURE" else word for word in arguments]
        assert self.run(harness, *named)[0] == 2
        assert StoredExplanation.objects.count() == 0
