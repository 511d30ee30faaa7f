"""Saves models with their history. Every change of a price or default by a person goes through here."""

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from igny8_core.auth.models import User
from igny8_core.business.billing.models import AIModelConfig, AIModelPriceChange
from igny8_core.business.billing.rates import rates

KEPT: Final = (
    "tokens_per_credit", "credits_per_image", "input_cost_per_1m", "output_cost_per_1m", "cost_per_image",
    "is_default", "is_active",
)  # fmt: skip
"""Fields whose changes are kept: what customers pay, what providers charge, and whether a model is offered."""


@transaction.atomic
def save_model(
    *, model: AIModelConfig, actor: str, reason: str, make_default: bool = False
) -> list[AIModelPriceChange]:
    """Save a model and an entry of history for each change of a price, default or activity.

    ``make_default`` takes the default from the model of this type that has it. Raises ValidationError where
    :mod:`~igny8_core.business.billing.model_rules` object, or a change that is kept has no reason.
    """
    stored = AIModelConfig.objects.select_for_update().filter(pk=model.pk).first()
    entries = _give_way(model) if make_default else []
    model.is_default = model.is_default or make_default
    model.full_clean()
    entries += _changes(stored, model)
    if entries and not reason.strip():
        raise ValidationError(f"Say why: {', '.join(entry.field for entry in entries)} will be kept in the history.")
    model.updated_by = User.objects.filter(username=actor).first()
    model.save()
    for entry in entries:
        entry.actor, entry.reason, entry.at = actor, reason.strip(), timezone.now()
    AIModelPriceChange.objects.bulk_create(entries)
    transaction.on_commit(rates.forget)
    return entries


def _give_way(model: AIModelConfig) -> list[AIModelPriceChange]:
    """Take the default from the other model of the type that has it: there is never a second one."""
    others = AIModelConfig.objects.select_for_update().filter(model_type=model.model_type, is_default=True)
    found = list(others.exclude(pk=model.pk))
    others.exclude(pk=model.pk).update(is_default=False)
    return [AIModelPriceChange(model=other, field="is_default", before="True", after="False") for other in found]


def _changes(stored: AIModelConfig | None, model: AIModelConfig) -> list[AIModelPriceChange]:
    return [
        AIModelPriceChange(model=model, field=field, before=before, after=after)
        for field in KEPT
        if (before := _text(stored, field)) != (after := _text(model, field))
    ]


def _text(model: AIModelConfig | None, field: str) -> str:
    """Return a value as the history keeps it; empty where there is none. 0.040000 and 0.04 are the same."""
    column: Any = AIModelConfig._meta.get_field(field)  # noqa: SLF001  Django's documented name.
    value = None if model is None else column.to_python(getattr(model, field))
    if value is None:
        return ""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
