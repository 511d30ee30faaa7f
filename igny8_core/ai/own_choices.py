"""What an account or a site has chosen for itself, and what holds where it has not."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from igny8_core.ai.exceptions import ModelError
from igny8_core.ai.seams import default_model
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from igny8_core.modules.system.seams import model_choices

MODEL_TYPE_OF: Final = {
    "text_model": AIModelConfig.ModelType.TEXT,
    "image_model": AIModelConfig.ModelType.IMAGE,
}
"""The fields that choose a model."""

FIELDS: Final = (*MODEL_TYPE_OF, "temperature", "max_tokens", "image_quality", "image_style")


def chosen(*, account: Account, site: Site | None) -> dict[str, Any]:
    """Return what the site, or without one the account, has chosen; empty or None where it has not.

    On a plan that allows no choices, those that were made before do not count.
    """
    row = _row(account, site) if account.plan.allows_overrides else None
    row = row or IntegrationSettings()
    return {name: getattr(row, name) for name in FIELDS}


def standard(*, account: Account, site: Site | None) -> dict[str, Any]:
    """Return what holds where :func:`chosen` is empty: for a site the account's choice, at last everybody's."""
    values = _global_values(account)
    if site is not None:
        values |= {name: value for name, value in chosen(account=account, site=None).items() if _is_a_choice(value)}
    return values


@transaction.atomic
def choose(*, account: Account, site: Site | None, changes: Mapping[str, Any]) -> None:
    """Keep choices of a site, or without one of the account; an empty value takes a choice back."""
    row, _ = IntegrationSettings.objects.select_for_update().get_or_create(account=account, site=site)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=[*changes, "updated_at"])


def text_model(*, account: Account, site: Site | None, changes: Mapping[str, Any]) -> str:
    """Return the text model that holds once these changes are kept; empty where there is none."""
    kept = changes.get("text_model", chosen(account=account, site=site)["text_model"])
    return str(kept or standard(account=account, site=site)["text_model"])


def offered_names(*, account: Account, field: str) -> list[str]:
    """Return the models that an account may choose for a field, in the order of pages."""
    return [choice.model_name for choice in model_choices(account=account, model_type=MODEL_TYPE_OF[field])]


def defaults(*, account: Account) -> set[str]:
    """Return the models that the account's operations ask where nothing is chosen."""
    return {_default_model(account, model_type) for model_type in MODEL_TYPE_OF.values()}


def not_offered(*, account: Account, chosen: Mapping[str, Any]) -> list[str]:
    """Return the fields whose chosen model is no longer offered."""
    offered = {field: offered_names(account=account, field=field) for field in MODEL_TYPE_OF}
    return [field for field, names in offered.items() if chosen[field] and chosen[field] not in names]


def _row(account: Account, site: Site | None) -> IntegrationSettings | None:
    return IntegrationSettings.objects.filter(account=account, site=site).first()


def _is_a_choice(value: object) -> bool:
    """0 is a temperature."""
    return value is not None and value != ""


def _global_values(account: Account) -> dict[str, Any]:
    row = GlobalIntegrationSettings.objects.filter(pk=1).first() or GlobalIntegrationSettings()
    return {
        **{field: _default_model(account, model_type) for field, model_type in MODEL_TYPE_OF.items()},
        "temperature": row.openai_temperature,
        "max_tokens": row.openai_max_tokens,
        "image_quality": row.image_quality,
        "image_style": row.image_style,
    }


def _default_model(account: Account, model_type: str) -> str:
    """Return the default of a type; empty where there is none, which is no reason to show nothing at all."""
    try:
        return default_model(account=account, model_type=model_type)
    except ModelError:
        return ""
