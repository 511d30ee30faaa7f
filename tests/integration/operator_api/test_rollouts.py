"""The endpoints of rollouts."""

import pytest

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import Flag, Rollout
from migration_harness.rollout.guards import chosen

from ..rollout.walking.parts import FakeGuard
from .clients import API, CREDITS, error_of

URL = f"{API}rollouts/{CREDITS}/"
WISH = {"steps_percent": [5, "25.5", 100], "soak": "12h", "sample": 7, "reason": "they are ready"}


@pytest.fixture
def client(operator, selected, monkeypatch):
    monkeypatch.setattr(chosen, "guards_for", lambda _flag: [FakeGuard("errors"), FakeGuard("drift")])
    monkeypatch.setattr(chosen, "dry_for", lambda _flag: frozenset())
    return operator


def post(client, path="", **body):
    return client.post(f"{URL}{path}", body, format="json")


def share():
    return Flag.objects.get(name=CREDITS).share_bps


class TestStarting:
    def test_says_who_would_be_in_each_step(self, client):
        answer = post(client, dry_run=True, **WISH)
        told = answer.json()["data"]
        assert (answer.status_code, told["rollout"], told["all_accounts"]) == (200, None, 12)
        assert [step["share_bps"] for step in told["who"]] == [500, 2_550, 10_000]
        assert told["who"][-1]["accounts"] == 12
        assert not Rollout.objects.exists()

    def test_takes_the_first_step(self, client):
        told = post(client, dry=["drift"], loss_credits=1_000, loss_usd="12.50", **WISH).json()["data"]["rollout"]
        # Nothing is compared yet, so nobody can say what a step would cost.
        assert (told["state"], told["share_bps"], told["started_by"], share()) == ("running", 0, "ada", 0)
        assert (told["loss_credits"], told["loss_usd"], told["reason"]) == (1_000, "12.5", "they are ready")
        assert [(each["sample"], each["soak_seconds"]) for each in told["steps"]] == [(7, 43_200)] * 3

    def test_is_refused_while_one_is_under_way(self, client):
        post(client)
        answer = post(client)
        assert (answer.status_code, error_of(answer)["code"]) == (409, "rollout_changed")

    def test_is_refused_where_the_flag_is_not_what_was_looked_at(self, client):
        epoch = post(client, dry_run=True).json()["data"]["epoch"]
        change_flag(name=CREDITS, change=FlagChange(compared_bps=5_000), actor="alice")
        answer = post(client, epoch=epoch)
        assert (answer.status_code, error_of(answer)["code"]) == (409, "stale_preview")

    @pytest.mark.parametrize(
        "body",
        [
            {"steps_percent": [5, 1]},
            {"steps_percent": []},
            {"steps_percent": [0]},
            {"steps_percent": [101]},
            {"steps_percent": "5"},
            {"soak": "soon"},
            {"soak": "0d"},
            {"sample": -1},
            {"dry": ["typo"]},
            {"dry": ["errors", "drift"]},
            {"approve_before_percent": [7]},
            {"loss_usd": "-1"},
            {"typo": 1},
        ],
        ids=str,
    )
    def test_is_refused_where_it_makes_no_sense(self, client, body):
        assert post(client, **body).status_code == 400
        assert not Rollout.objects.exists()

    def test_of_no_flag_is_not_found(self, client):
        assert client.post(f"{API}rollouts/typo/", {}, format="json").status_code == 404


class TestARollout:
    @pytest.fixture
    def running(self, client):
        assert post(client, **WISH).status_code == 200
        return client

    def test_is_shown_with_its_guards(self, running):
        told = running.get(URL).json()["data"]
        assert [(each["guard"], each["reading"]) for each in told["guards"]] == [
            ("errors", "holds"),
            ("drift", "holds"),
        ]
        assert told["coming"].startswith("25.5 % of the accounts, not before ")

    def test_is_shown_with_who_is_in_each_step_and_what_its_budget_allows(self, running):
        Rollout.objects.update(loss_credits=1_000)
        told = running.get(URL).json()["data"]
        assert [step["accounts"] for step in told["who"]][-1] == 12
        budget = told["budget"]
        assert (budget["budget"], budget["spent"], budget["share_bps"]) == ("1000", "0", 0)
        assert budget["sentence"].startswith("No step: Nothing that counts was compared in this window")

    def test_without_a_budget_has_none(self, running):
        assert running.get(URL).json()["data"]["budget"] is None

    def test_is_listed(self, running):
        found = running.get(f"{API}rollouts/").json()
        assert (found["count"], found["results"][0]["flag"]) == (1, CREDITS)

    def test_is_paused_and_goes_on(self, running):
        assert post(running, "move/", move="pause").json()["data"]["state"] == "paused"
        assert post(running, "move/", move="resume").json()["data"]["state"] == "running"

    def test_returns_to_no_step_that_was_not_proven(self, running):
        answer = post(running, "move/", move="back-to", step_percent=5)
        assert (answer.status_code, "Those are: none yet" in answer.json()["message"]) == (400, True)

    @pytest.mark.parametrize(
        "body", [{}, {"move": "back-to"}, {"move": "pause", "step_percent": 5}, {"move": "typo"}], ids=str
    )
    def test_is_not_moved_by_half_a_request(self, running, body):
        assert post(running, "move/", **body).status_code == 400

    def test_is_aborted_with_a_proof(self, running):
        answer = post(running, "abort/", reason="odd")
        told = answer.json()["data"]
        assert (answer.status_code, told["rollout"]["state"], told["proof"]["holds"]) == (200, "aborted", True)
        assert Flag.objects.get(name=CREDITS).everyone is False

    @pytest.mark.parametrize("path", ["move/", "abort/"])
    def test_that_has_ended_is_not_found(self, client, path):
        answer = post(client, path, **({"move": "pause"} if path == "move/" else {}))
        assert (answer.status_code, error_of(answer)["code"]) == (404, "no_rollout")

    def test_that_there_never_was_is_not_found(self, client):
        assert client.get(URL).status_code == 404
