"""Stored choices of a model that the new side cannot price: there is no active, priced row of their type.

They stay what they are until a person maps them (:mod:`igny8_core.modules.system.retired_mapping`): what a
customer gets and pays changes with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from igny8_core.business.billing.priced_models import ModelType, priced_models
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings


class Where(StrEnum):
    """Whose choices."""

    GLOBAL = "global"
    """The installation's, in the global settings row."""
    ACCOUNTS = "accounts"
    """Those of accounts and of their sites."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField:
    """A field that stores a model. ``provider``: the one that is asked for it; empty: that of the model."""

    where: Where
    name: str
    model_type: ModelType
    provider: str = ""


FIELDS: Final = (
    ChoiceField(where=Where.GLOBAL, name="openai_model", model_type=ModelType.TEXT, provider="openai"),
    ChoiceField(where=Where.GLOBAL, name="dalle_model", model_type=ModelType.IMAGE, provider="openai"),
    ChoiceField(where=Where.GLOBAL, name="runware_model", model_type=ModelType.IMAGE, provider="runware"),
    ChoiceField(where=Where.ACCOUNTS, name="text_model", model_type=ModelType.TEXT),
    ChoiceField(where=Where.ACCOUNTS, name="image_model", model_type=ModelType.IMAGE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredChoice:
    """One stored choice. ``account_id`` is None and the names are empty for the installation's own.

    ``in_effect``: False where the account's plan ignores choices, or the installation uses another provider.
    """

    where: Where
    field: str
    model: str
    model_type: str
    in_effect: bool
    account_id: int | None = None
    account: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredModel:
    """A retired model and how often it is stored in one place: what a person decides about at once."""

    where: Where
    model: str
    model_type: str
    choices: tuple[RetiredChoice, ...]


def retired_choices() -> list[RetiredChoice]:
    """Return every stored choice without an active, priced row of its type; the installation's own first."""
    return [choice for field in FIELDS for choice in _retired_in(field)]


def retired_models() -> list[RetiredModel]:
    """Return the same by place and model, the most frequent first within a place."""

    def group(choice: RetiredChoice) -> tuple[str, str, str]:
        return (choice.where, choice.model_type, choice.model)

    found = [
        RetiredModel(where=Where(where), model=model, model_type=model_type, choices=tuple(choices))
        for (where, model_type, model), choices in groupby(sorted(retired_choices(), key=group), key=group)
    ]
    return sorted(found, key=lambda each: (each.where is Where.ACCOUNTS, -len(each.choices), each.model))


def _retired_in(field: ChoiceField) -> Iterator[RetiredChoice]:
    priced = priced_models(field.model_type).values("model_name")
    if field.where is Where.GLOBAL:
        for row in GlobalIntegrationSettings.objects.exclude(**{f"{field.name}__in": priced}).exclude(
            **{field.name: ""}
        ):
            yield _of_installation(field, row)
        return
    rows = IntegrationSettings.objects.exclude(**{f"{field.name}__in": priced}).exclude(**{field.name: ""})
    for own in rows.select_related("account__plan", "site").order_by("account__name", "site__name", "pk").iterator():
        yield RetiredChoice(
            where=field.where,
            field=field.name,
            model=getattr(own, field.name),
            model_type=field.model_type.value,
            in_effect=own.account.plan.allows_overrides,
            account_id=own.account_id,
            account=own.account.name,
            site=own.site.name if own.site else "",
        )


def _of_installation(field: ChoiceField, row: GlobalIntegrationSettings) -> RetiredChoice:
    is_text = field.model_type is ModelType.TEXT
    used = row.default_text_provider if is_text else row.default_image_service
    return RetiredChoice(
        where=field.where,
        field=field.name,
        model=getattr(row, field.name),
        model_type=field.model_type.value,
        in_effect=used == field.provider,
    )
