"""The manual checklist of the phase is done."""

from migration_harness.evidence.findings import Answer
from migration_harness.plan import GateName
from migration_harness.rollout.checklists import checklist_of
from migration_harness.rollout.gates.gate import GateAnswer, GateQuestion
from migration_harness.rollout.pages import page


class ChecklistDone:
    """People have ticked off every item. An empty list says nothing."""

    name = GateName.CHECKLIST.value
    words = "The manual checklist is done"

    def answer(self, question: GateQuestion) -> GateAnswer:
        """Name the first item that is not ticked."""
        items = checklist_of(question.phase)
        evidence = page("phase", question.phase.number, part="checklist")
        if not items:
            return GateAnswer(
                answer=Answer.UNKNOWN,
                sentence="The plan names nothing to do by hand in this phase, so the list says nothing.",
                remedy="Give the phase a checklist in the plan",
                evidence=evidence,
            )
        missing = [item for item in items if item.ticked_at is None]
        if not missing:
            return GateAnswer(answer=Answer.OPEN, sentence=f"All {len(items):,} items are done.", evidence=evidence)
        return GateAnswer(
            answer=Answer.CLOSED,
            sentence=f"{len(missing):,} of {len(items):,} items are not done: {missing[0].item}.",
            remedy=f"python manage.py harness checklist {question.phase.number} --tick {missing[0].number}",
            evidence=evidence,
        )
