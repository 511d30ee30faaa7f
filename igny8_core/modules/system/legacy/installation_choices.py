"""The installation's own choices of models: fields of the settings row, and they go with it."""

from typing import Any, Final

from django.db.models import QuerySet

from igny8_core.business.billing.priced_models import ModelType
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.modules.system.retired_choices import FIELDS, ChoiceField, RetiredChoice, Where
from migration_harness.api import tombstone

_ASKED: Final = (
    ("openai_model", ModelType.TEXT, "openai"),
    ("dalle_model", ModelType.IMAGE, "openai"),
    ("runware_model", ModelType.IMAGE, "runware"),
)
"""The fields, and the provider that each is asked of."""


@tombstone(owner="product", since="2026-11-30", reason="Choices of models in the settings row.")
def _rows() -> QuerySet[Any]:
    return GlobalIntegrationSettings.objects.all()


@tombstone(owner="product", since="2026-11-30", reason="Choices of models in the settings row.")
def _tell(field: ChoiceField, row: GlobalIntegrationSettings) -> RetiredChoice:
    is_text = field.model_type is ModelType.TEXT
    used = row.default_text_provider if is_text else row.default_image_service
    return RetiredChoice(
        where=field.where,
        field=field.name,
        model=getattr(row, field.name),
        model_type=field.model_type.value,
        in_effect=used == field.provider,
    )


def add_fields() -> None:
    """Let the retired choices be looked for here too; a second time adds none."""
    known = {field.name for field in FIELDS}
    FIELDS.extend(
        ChoiceField(where=Where.GLOBAL, name=name, model_type=model_type, provider=provider, rows=_rows, tell=_tell)
        for name, model_type, provider in _ASKED
        if name not in known
    )
