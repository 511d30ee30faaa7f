"""Phases are closed in their order, by their gates; the checklist; and gates of a host."""

import json

import pytest

from migration_harness import plan as plans
from migration_harness.authority.actors import of_machine
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.evidence.findings import Answer
from migration_harness.exceptions import GateClosed, HarnessMisconfigured, InvalidChange, NotAllowed
from migration_harness.models import AuditEvent, ChecklistTick, PhaseAdvance
from migration_harness.plan import Phase, plan
from migration_harness.queries import phase_statuses
from migration_harness.rollout import advancing
from migration_harness.rollout.checklists import checklist_of, tick, untick
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.gate import GateAnswer, Way

from .conftest import close_phases_before, green

pytestmark = pytest.mark.usefixtures("demo")
ME = of_machine()


def states():
    return [each.state for each in phase_statuses()]


class TestAdvance:
    def test_closes_a_phase_and_makes_the_next_one_active(self, revision_here):
        assert states()[:2] == ["active", "pending"]
        green(1)
        done = advancing.advance(number=1, actor=ME)
        assert (done.changed, done.active.number, done.outside_plan) == (True, 2, False)
        assert states()[:3] == ["complete", "active", "pending"]
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.evidence["gates"]) == ("advance phase", {"leaving tests": "open"})

    def test_is_refused_with_the_sentence_of_the_gate(self, harness):
        code, _, err = harness("advance", "1")
        assert code == 3
        assert "Phase 1 (New models and fields) stays open. Gate tests is unknown" in " ".join(err.split())
        assert not PhaseAdvance.objects.exists()

    def test_asks_the_gates_for_entering_the_next_phase(self, revision_here):
        close_phases_before(2)
        green(2)
        with pytest.raises(GateClosed, match="Gate comparisons is unknown"):
            advancing.advance(number=2, actor=ME)

    def test_skips_no_phase(self, revision_here):
        green(2)
        with pytest.raises(GateClosed, match=r"Phase 1 .* comes first"):
            advancing.advance(number=2, actor=ME)

    def test_leaves_no_phase_with_somebody_on_the_control(self, revision_here, superuser):
        close_phases_before(5)
        green(5)
        with pytest.raises(GateClosed, match="ai-models-endpoint is not on for everyone"):
            advancing.advance(number=5, actor=ME)

    def test_twice_is_once(self, revision_here):
        green(1)
        advancing.advance(number=1, actor=ME)
        assert not advancing.advance(number=1, actor=ME).changed
        assert PhaseAdvance.objects.count() == 1

    def test_of_a_superuser_passes_with_a_reason_outside_of_the_plan(self, superuser, harness):
        with pytest.raises(InvalidChange, match="needs a reason"):
            advancing.advance(number=1, actor=superuser, override=True)
        with pytest.raises(NotAllowed):
            advancing.advance(number=1, actor=ME, override=True, reason="x")
        assert advancing.advance(number=1, actor=superuser, override=True, reason="x").outside_plan
        assert "Gate tests is unknown" in AuditEvent.objects.latest("id").evidence["outside_plan"][0]

    def test_past_closed_gates_is_shown_as_outside_of_the_plan_until_it_is_undone(self, superuser, harness):
        advancing.advance(number=1, actor=superuser, override=True, reason="the auditor agrees")
        (outside,) = json.loads(harness("gates", "1", "--json")[1])["outside_plan"]
        assert (outside["phase"], outside["flag"], outside["actor"]) == (1, None, "root")
        assert "Gate tests is unknown" in outside["refused"][0]
        assert "Outside the plan: phase 1 was closed, by root" in " ".join(harness("gates", "1")[1].split())
        advancing.reopen(number=1, actor=ME)
        assert json.loads(harness("gates", "1", "--json")[1])["outside_plan"] == []

    def test_is_undone_the_last_first(self):
        close_phases_before(3)
        with pytest.raises(InvalidChange, match="open it first, with advance 2 --undo"):
            advancing.reopen(number=1, actor=ME)
        assert advancing.reopen(number=2, actor=ME)
        assert states()[:3] == ["complete", "active", "pending"]
        assert advancing.reopen(number=2, actor=ME) is None

    def test_shows_a_phase_rolled_back_whose_flag_is(self):
        close_phases_before(5)
        change_flag(name="model-selection", change=FlagChange(everyone=True), actor="x")
        roll_back(name="model-selection", actor="x")
        assert states()[3:5] == ["rolled_back", "active"]

    def test_of_a_phase_that_the_plan_does_not_have_names_those_it_has(self, harness):
        code, _, err = harness("advance", "8")
        assert code == 2
        assert "The plan has no phase 8. Its phases: 1, 2, 3, 4, 5, 6, 7." in err


class TestChecklist:
    def test_is_ticked_and_unticked_on_the_trail(self, harness):
        assert harness("checklist", "3", "--tick", "2", "--reason", "with Olga")[0] == 0
        items = json.loads(harness("checklist", "3", "--json")[1])["items"]
        assert [item["ticked_at"] is not None for item in items] == [False, True]
        assert items[1]["note"] == "with Olga"
        assert AuditEvent.objects.latest("id").action == "tick checklist"
        harness("checklist", "3", "--untick", "2")
        assert ChecklistTick.objects.get().unticked_at is not None
        assert AuditEvent.objects.latest("id").action == "untick checklist"

    def test_ticks_an_item_once(self):
        phase = plan().phase(3)
        tick(phase=phase, number=1, actor=ME)
        tick(phase=phase, number=1, actor=ME)
        assert ChecklistTick.objects.count() == 1

    def test_opens_its_gate_when_all_is_done(self):
        phase = plan().phase(3)
        for item in checklist_of(phase):
            assert _checklist(phase).answer is Answer.CLOSED
            tick(phase=phase, number=item.number, actor=ME)
        assert _checklist(phase).answer is Answer.OPEN
        untick(phase=phase, number=1, actor=ME)
        found = _checklist(phase)
        assert "1 of 2 items are not done: A key entered in the admin" in found.sentence
        assert found.remedy == "python manage.py harness checklist 3 --tick 1"

    def test_that_is_empty_is_unknown(self):
        phase = Phase(
            number=3, name="x", risk="", way_back="", leaving=(plans.GateName.CHECKLIST,)
        )  # fmt: skip
        assert _checklist(phase).answer is Answer.UNKNOWN

    @pytest.mark.parametrize(("phase", "told"), [("3", "items 1 to 2"), ("5", "no checklist")])
    def test_has_no_other_item(self, harness, phase, told):
        code, _, err = harness("checklist", phase, "--tick", "9")
        assert code == 2
        assert told in err


class Open:
    """A gate of a host."""

    name = "finance"

    def answer(self, question):
        return GateAnswer(answer=Answer.OPEN, sentence=f"of phase {question.phase.number}")


class Broken(Open):
    """One that fails."""

    def answer(self, question):
        raise RuntimeError("no connection")


class Nonsense(Open):
    """One that answers something else."""

    def answer(self, question):
        return True


class TestGateOfAHost:
    def ask(self, name):
        phase = Phase(number=1, name="x", risk="", way_back="", entering=(f"{__name__}.{name}",))
        (found,) = ask(phase, Way.ENTERING)
        return found

    def test_is_asked_by_its_dotted_path(self):
        found = self.ask("Open")
        assert (found.name, found.is_open, found.answer.sentence) == ("finance", True, "of phase 1")

    @pytest.mark.parametrize(
        ("name", "told"), [("Broken", "RuntimeError: no connection"), ("Nonsense", "answered bool")]
    )
    def test_that_fails_is_unknown_and_says_so(self, name, told):
        found = self.ask(name)
        assert found.answer.answer is Answer.UNKNOWN
        assert told in found.answer.sentence

    @pytest.mark.parametrize("name", ["Missing", "ME"])
    def test_that_is_none_is_a_mistake_of_the_plan(self, name):
        with pytest.raises(HarnessMisconfigured, match="The plan names the gate"):
            self.ask(name)


def _checklist(phase):
    (found,) = (each for each in ask(phase, Way.LEAVING) if each.name == "checklist")
    return found.answer
