"""``harness rollout``."""

import json

import pytest

from migration_harness.models import Rollout
from migration_harness.rollout.guards.guard import Reading

from .parts import FLAG, flag, share

START = ("rollout", FLAG, "start", "--sample", "5", "--yes")


class TestTheCommand:
    def test_says_who_is_in_each_step_and_starts(self, walk, harness):
        code, out, _ = harness(*START, "--steps", "50,100", "--soak", "12h")
        assert (code, share()) == (0, 5_000)
        assert out.startswith(
            f"Roll {FLAG} out: 50 %, 100 % of the accounts, each step watched for 30 s and on 5 comparisons."
        )
        assert "The first of them" in out
        assert "running: Step 1 of 2: 50 % of the accounts." in out

    def test_starts_nothing_where_nobody_can_be_asked(self, walk, harness):
        code, out, err = harness(*START[:-1])
        assert (code, "add --yes" in err, "Accounts" in out) == (2, True, True)
        assert not Rollout.objects.exists()

    def test_says_as_json_what_it_would_be_and_starts_nothing(self, walk, harness):
        code, out, _ = harness(*START[:-1], "--json")
        told = json.loads(out)
        assert (code, told["started"], len(told["who"]["steps"])) == (0, False, 5)
        assert not Rollout.objects.exists()

    def test_says_as_json_what_has_started(self, walk, harness):
        code, out, _ = harness(*START, "--loss-credits", "1000", "--loss-usd", "12.50", "--json")
        told = json.loads(out)
        # Nothing is compared yet, so nobody can say what a step would cost.
        assert (code, told["started"], told["rollout"]["share_bps"]) == (0, True, 0)
        assert told["rollout"]["held"] == "loss budget"
        assert (told["rollout"]["loss_credits"], told["rollout"]["loss_usd"]) == (1_000, "12.500000")

    def test_shows_where_it_is_and_what_comes(self, walk, harness):
        walk.start()
        walk.look(times=3)
        code, out, _ = harness("rollout", FLAG)
        assert code == 0
        assert "It was watched for 20 s of 1 min so far. There are 0 comparisons of 5 since this step began." in out
        assert "errors" in out
        assert "Next: 5 % of the accounts, not before " in out
        told = json.loads(harness("rollout", FLAG, "status", "--json")[1])
        assert (told["held"], told["steps"][0]["soaked_seconds"], told["steps"][0]["compared"]) == ("soaking", 20, 0)

    def test_shows_its_loss_budget_and_what_is_spent_of_it(self, walk, harness):
        walk.start(loss_credits=1_000)
        said = "No step: Nothing that counts was compared in this window"
        assert f"Loss budget: 1,000 credits, 0 of it spent. {said}" in harness("rollout", FLAG)[1]
        budget = json.loads(harness("rollout", FLAG, "status", "--json")[1])["budget"]
        assert (budget["budget"], budget["spent"], budget["share_bps"]) == ("1000", "0", 0)

    def test_keeps_its_loss_budget_when_it_has_ended(self, walk, harness):
        walk.start(loss_credits=1_000)
        harness("rollout", FLAG, "abort")
        assert "1,000 credits, 0 of it spent. The rollout has ended." in harness("rollout", FLAG)[1]

    def test_lists_all(self, walk, harness):
        assert harness("rollout")[:2] == (
            0,
            "No rollout was ever started: python manage.py harness rollout NAME start\n",
        )
        walk.start()
        assert FLAG in harness("rollout")[1]
        assert [each["state"] for each in json.loads(harness("rollout", "--json")[1])] == ["running"]

    def test_pauses_resumes_returns_and_aborts(self, walk, harness):
        walk.start()
        walk.step()
        assert "paused: " in harness("rollout", FLAG, "pause", "--reason", "lunch")[1]
        assert "running: " in harness("rollout", FLAG, "resume")[1]
        assert harness("rollout", FLAG, "back-to", "1")[0] == 0
        assert share() == 100
        code, out, _ = harness("rollout", FLAG, "abort", "--json")
        assert (code, json.loads(out)["proof"]["holds"], flag().everyone) == (0, True, False)

    def test_names_the_guard_that_rolled_it_back(self, walk, guards, harness):
        walk.start()
        guards[0].reading = Reading.BROKEN
        walk.look()
        assert "rolled back: errors: It says broken." in harness("rollout", FLAG)[1]

    @pytest.mark.parametrize(
        ("arguments", "code", "said"),
        [
            ((FLAG, "back-to"), 2, "back-to needs one"),
            ((FLAG, "pause", "5"), 2, "A step goes with back-to"),
            ((FLAG, "pause"), 2, "No rollout of model-based-credits is under way"),
            ((FLAG, "status"), 2, "was ever started"),
            (("typo", "start", "--yes"), 2, "There is no flag 'typo'"),
            ((FLAG, "start", "--steps", "5,1", "--yes"), 2, "larger than the one before"),
            ((FLAG, "start", "--soak", "soon", "--yes"), 2, "is no time"),
            ((FLAG, "start", "--soak", "0d", "--yes"), 2, "needs a soak"),
            ((FLAG, "start", "--soak", "999999999d", "--yes"), 2, "more than a year"),
            ((FLAG, "start", "--sample", "99999999999", "--yes"), 2, "up to 1,000,000,000"),
            ((FLAG, "start", "--loss-usd", "much", "--yes"), 2, "no amount of USD"),
            ((FLAG, "start", "--loss-credits", "9" * 30, "--yes"), 2, "A loss budget is between"),
            (("\udcff", "pause"), 2, "is under way"),
            ((FLAG, "start", "--approve-before", "7", "--yes"), 2, "none of the steps"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, walk, harness, arguments, code, said):
        found, _, err = harness("rollout", *arguments)
        assert (found, said in err) == (code, True), err

    def test_asks_who_starts_it_where_another_person_has_to_approve(self, walk, harness):
        code, _, err = harness(*START, "--approve-before", "100")
        assert (code, "say who you are" in err) == (3, True)
        assert not Rollout.objects.exists()

    def test_refuses_a_second_one(self, walk, harness):
        walk.start()
        code, _, err = harness(*START)
        assert (code, "is under way, started by ada" in err) == (3, True)
