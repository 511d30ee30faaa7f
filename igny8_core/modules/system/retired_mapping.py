"""A person decides what a retired choice becomes."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.priced_models import ModelType
from igny8_core.business.billing.served_models import missing_fields, served_models
from igny8_core.modules.system.exceptions import MappingRefused
from igny8_core.modules.system.retired_choices import FIELDS, ChoiceField, Where
from migration_harness.api import Action, read_committed, record_event

MAP_CHOICES: Final = Action(name="map a choice", permission="migration_harness.operate", words="map retired choices")
"""Asked by the page and by the command alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What a mapping changed: how many choices in which field."""

    retired: str
    model: str
    fields: dict[str, int]

    @property
    def count(self) -> int:
        """How many choices were changed; 0 where none was left to change."""
        return sum(self.fields.values())

    def __str__(self) -> str:
        where = ", ".join(f"{field} {count:,}" for field, count in self.fields.items())
        choices = "choice" if self.count == 1 else "choices"
        return f"{self.retired} → {self.model}: {self.count:,} {choices} changed" + (f" ({where})." if where else ".")


def map_retired(*, retired: str, to: str, actor: str, reason: str, where: Collection[Where] = tuple(Where)) -> Mapped:
    """Store ``to`` wherever ``retired`` is stored as a choice of the type of ``to``; a second time changes nothing.

    Raises MappingRefused where there is no reason, where ``to`` has no row that the new side can serve, where all
    choices of ``retired`` are of another type or ask another provider, or where ``retired`` is not retired.
    """
    if not reason.strip():
        raise MappingRefused("A mapping needs a reason: it changes what customers get and pay.")
    with read_committed():
        target = _priced(to)
        if served_models(target.model_type).filter(model_name=retired).exists():
            raise MappingRefused(f"{retired} is not retired: it is active and priced. Deactivate it first.")
        holding = [field for field in FIELDS if field.where in where and field.holding(retired).exists()]
        _refuse_misfits(retired, target, holding)
        fields = {field.name: _map(field, retired, to) for field in holding if field.model_type == target.model_type}
        if fields:
            record_event(
                actor=actor,
                action="map retired choice",
                subject=f"retired choice {retired}",
                before={"model": retired},
                after={"model": to},
                reason=reason,
                evidence=fields,
            )
    return Mapped(retired=retired, model=to, fields=fields)


def _priced(name: str) -> AIModelConfig:
    row = AIModelConfig.objects.select_for_update().filter(model_name=name).first()
    if row is None:
        raise MappingRefused(f"There is no model {name!r}. Choose one of: {_names()}.")
    if not row.is_active:
        raise MappingRefused(f"{name} is not active, so nobody can be charged for it. Choose one of: {_names()}.")
    if missing := missing_fields(row):
        raise MappingRefused(f"{name} has no {' and no '.join(missing)}. Choose one of: {_names()}.")
    return row


def _names() -> str:
    return ", ".join(row.model_name for model_type in ModelType for row in served_models(model_type))


def _refuse_misfits(retired: str, target: AIModelConfig, holding: list[ChoiceField]) -> None:
    if holding and all(field.model_type != target.model_type for field in holding):
        kind = holding[0].model_type.value
        raise MappingRefused(
            f"{retired} is stored as a model for {kind}, and {target.model_name} is one for {target.model_type}."
        )
    for field in holding:
        if field.model_type == target.model_type and field.provider not in ("", target.provider):
            raise MappingRefused(
                f"{field.name} of the global settings is asked of {field.provider}, and {target.model_name} is a model "
                f"of {target.provider}. Choose one of {field.provider}, or map the choices of accounts alone "
                f"(--where {Where.ACCOUNTS})."
            )


def _map(field: ChoiceField, retired: str, to: str) -> int:
    changed: dict[str, Any] = {field.name: to}
    if field.where is Where.ACCOUNTS:
        changed["updated_at"] = timezone.now()
    count: int = field.holding(retired).update(**changed)
    return count
