"""The gate of the models that accounts work with: each stored choice has an active, priced row, and so has the default.

What has none waits for a person, who maps the choice to a model that has, or marks another default.
"""

from django.urls import reverse

from igny8_core.business.billing import phase_one
from igny8_core.business.billing.priced_models import ModelType
from igny8_core.business.billing.served_models import served_models
from igny8_core.modules.system.retired_choices import RetiredModel, retired_models
from migration_harness.api import Answer, GateAnswer, GateQuestion


class ChoicesMapped:
    """Open when no account would work with a model that the new side cannot serve and charge."""

    name = "choices"
    words = "Every stored choice, and each default, is an active, priced model"

    def answer(self, question: GateQuestion) -> GateAnswer:  # noqa: ARG002  Every gate takes the question.
        """Name the first retired model, and how many choices there are; else the first type without a default."""
        if not phase_one.is_there():
            return GateAnswer(
                answer=Answer.UNKNOWN,
                sentence="Phase 1 is undone: no model has a price.",
                remedy="python manage.py harness migrate --pre",
            )
        if retired := retired_models():
            return _of_choices(retired)
        for model_type in ModelType:
            if not served_models(model_type).filter(is_default=True).exists():
                return _of_default(model_type)
        return GateAnswer(
            answer=Answer.OPEN,
            sentence="Every stored choice of a model, and each default, has an active, priced row.",
            evidence=reverse("admin:system_retired_choices"),
        )


def _of_choices(retired: list[RetiredModel]) -> GateAnswer:
    first, choices = retired[0], sum(len(each.choices) for each in retired)
    have = "1 stored choice has" if choices == 1 else f"{choices:,} stored choices have"
    more = f" and {len(retired) - 1:,} more" if len(retired) > 1 else ""
    return GateAnswer(
        answer=Answer.CLOSED,
        sentence=f"{have} no active, priced model: {_shown(first.model)}{more}.",
        remedy="python manage.py retired_choices",
        evidence=reverse("admin:system_retired_choices"),
    )


def _of_default(model_type: ModelType) -> GateAnswer:
    return GateAnswer(
        answer=Answer.CLOSED,
        sentence=f"No active, priced model is the default for {model_type}: whoever chose none would have none.",
        remedy="Mark one as the default in the admin: AI models",
        evidence=reverse("admin:billing_aimodelconfig_changelist"),
    )


def _shown(model: str) -> str:
    """Return a name as people see it: one with blanks around it in quotes, so that they are seen too."""
    return model if model == model.strip() else repr(model)
