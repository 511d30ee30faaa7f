"""Stored choices of a model that the new side cannot serve: there is no active, priced, whole row of their type.

They stay what they are until a person maps them (:mod:`igny8_core.modules.system.retired_mapping`): what a
customer gets and pays changes with it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any, Final

from django.db.models import QuerySet

from igny8_core.business.billing.priced_models import ModelType
from igny8_core.business.billing.served_models import served_models
from igny8_core.modules.system.models import IntegrationSettings


class Where(StrEnum):
    """Whose choices."""

    GLOBAL = "global"
    """The installation's, in the global settings row."""
    ACCOUNTS = "accounts"
    """Those of accounts and of their sites."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField:
    """A field that stores a model.

    Attributes:
        where: Whose choice it is.
        name: Of the field.
        model_type: Of the models that may be stored there.
        rows: Returns the rows that have the field, as they are to be listed.
        tell: Takes the field and a row; returns the choice that is stored there.
        provider: The one that is asked for the model; empty: that of the model.
    """

    where: Where
    name: str
    model_type: ModelType
    rows: Callable[[], QuerySet[Any]]
    tell: Callable[["ChoiceField", Any], RetiredChoice]
    provider: str = ""

    def holding(self, model: str) -> QuerySet[Any]:
        """Return the rows that store this model."""
        return self.rows().filter(**{self.name: model})

    def retired(self) -> Iterator[RetiredChoice]:
        """Return what is stored there and has no active, priced row of its type."""
        served = served_models(self.model_type).values("model_name")
        rows = self.rows().exclude(**{f"{self.name}__in": served}).exclude(**{self.name: ""})
        return (self.tell(self, row) for row in rows.iterator())


def retired_choices() -> list[RetiredChoice]:
    """Return every stored choice without an active, priced row of its type; the installation's own first."""
    ordered = sorted(FIELDS, key=lambda field: field.where is Where.ACCOUNTS)
    return [choice for field in ordered for choice in field.retired()]


def retired_models() -> list[RetiredModel]:
    """Return the same by place and model, the most frequent first within a place."""

    def group(choice: RetiredChoice) -> tuple[str, str, str]:
        return (choice.where, choice.model_type, choice.model)

    found = [
        RetiredModel(where=Where(where), model=model, model_type=model_type, choices=tuple(choices))
        for (where, model_type, model), choices in groupby(sorted(retired_choices(), key=group), key=group)
    ]
    return sorted(found, key=lambda each: (each.where is Where.ACCOUNTS, -len(each.choices), each.model))


def _own_rows() -> QuerySet[Any]:
    rows = IntegrationSettings.objects.select_related("account__plan", "site")
    return rows.order_by("account__name", "site__name", "pk")


def _tell_own(field: ChoiceField, row: IntegrationSettings) -> RetiredChoice:
    return RetiredChoice(
        where=field.where,
        field=field.name,
        model=getattr(row, field.name),
        model_type=field.model_type.value,
        in_effect=row.account.plan.allows_overrides,
        account_id=row.account_id,
        account=row.account.name,
        site=row.site.name if row.site else "",
    )


FIELDS: Final = [
    ChoiceField(where=Where.ACCOUNTS, name=name, model_type=model_type, rows=_own_rows, tell=_tell_own)
    for name, model_type in (("text_model", ModelType.TEXT), ("image_model", ModelType.IMAGE))
]
"""Every field that stores a choice; the legacy settings row adds its own."""
