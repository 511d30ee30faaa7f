"""The gate of the stored choices: each has an active, priced row, or a person has mapped it to one that has."""

from igny8_core.modules.system.retired_choices import retired_models
from migration_harness.api import Answer, GateAnswer, GateQuestion


class ChoicesMapped:
    """Open when no stored choice of a model is without a price on the new side."""

    name = "choices"
    words = "Every stored choice has an active, priced model"

    def answer(self, question: GateQuestion) -> GateAnswer:  # noqa: ARG002  Every gate takes the question.
        """Name the first retired model, and how many choices there are in all."""
        found = retired_models()
        if not found:
            return GateAnswer(answer=Answer.OPEN, sentence="Every stored choice of a model has an active, priced row.")
        first, choices = found[0], sum(len(each.choices) for each in found)
        more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
        return GateAnswer(
            answer=Answer.CLOSED,
            sentence=f"{choices:,} stored choices have no active, priced model: {first.model}{more}.",
            remedy="Map each in the admin: Integration settings, Retired choices",
        )
