"""What holds a step: gates, a veto, the loss budget; and what does not."""

from migration_harness.control import gating
from migration_harness.control.gating import Admission
from migration_harness.exceptions import (
    Refusal,
)
from migration_harness.models import Rollout
from migration_harness.rollout import looking
from migration_harness.rollout.guards.guard import Reading
from migration_harness.rollout.loss_budget import Allowed
from migration_harness.rollout.notices import confirming
from migration_harness.rollout.notices.confirming import Answer, Confirmation

from .parts import FLAG, flag, share


class TestAStepThatSomethingHolds:
    def test_waits_for_the_gates_and_says_their_sentence(self, walk, monkeypatch):
        walk.start()
        with monkeypatch.context() as patch:
            closed = Admission(refused=(Refusal(sentence="The forecast is not signed."),))
            patch.setattr(gating, "_gatekeepers", [lambda _forward: closed])
            walk.prove()
            held = walk.look()
            assert (held.position, held.held, share()) == (0, "gates", 100)
            assert "The forecast is not signed." in held.sentence
            assert "--override" not in held.sentence
        assert walk.look(times=4).held == "gates"
        assert walk.look(times=3).position == 1

    def test_asks_no_gate_to_roll_back(self, walk, guards, monkeypatch):
        walk.start()
        monkeypatch.setattr(gating, "_gatekeepers", [lambda _: Admission(refused=(Refusal(sentence="Closed."),))])
        guards[0].reading = Reading.BROKEN
        assert (walk.look().state, flag().everyone) == ("rolled_back", False)

    def test_waits_after_a_veto_and_asks_once_a_minute(self, walk, monkeypatch, told):
        asked = []

        def veto(**details):
            asked.append(details)
            return Confirmation(answer=Answer.VETOED, sentence="finance says no.")

        walk.start()
        monkeypatch.setattr(confirming, "confirm", veto)
        walk.prove()
        held = walk.look()
        assert (held.position, held.held, held.sentence, share()) == (0, "veto", "finance says no.", 100)
        walk.look(times=12)
        assert len(asked) == 3
        assert (asked[0]["flag"], asked[0]["step"]) == (FLAG, "5 %")
        assert [change for change, _ in told].count("holds") == 1
        monkeypatch.setattr(confirming, "confirm", lambda **_: Confirmation(answer=Answer.ALLOWED, sentence=""))
        assert walk.look(times=6).position == 1

    def test_is_as_large_as_a_loss_budget_allows_and_comes_again(self, walk, monkeypatch):
        budget = Allowed(share_bps=300, sentence="3 % may cost 990 credits of 1,000.")
        monkeypatch.setattr(looking, "allowed_share_bps", lambda *_: budget)
        walk.start(loss_credits=1_000)
        walk.step()
        assert (share(), Rollout.objects.get().position) == (300, 1)
        held = walk.step()
        assert (held.held, held.sentence) == ("loss budget", budget.sentence)
        enough = Allowed(share_bps=500, sentence="5 % may cost 999 credits of 1,000.")
        monkeypatch.setattr(looking, "allowed_share_bps", lambda *_: enough)
        assert walk.look().position == 1
        assert share() == 500
