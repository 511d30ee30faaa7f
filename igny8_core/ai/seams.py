"""Where legacy and new meet: the keys of the providers, and what is asked about models."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from igny8_core.ai import catalogue, provider_keys
from igny8_core.ai.exceptions import ModelError, ProviderKeyMissing
from igny8_core.ai.legacy import models as legacy_models
from igny8_core.ai.legacy import provider_keys as legacy
from igny8_core.ai.signed_defaults import signed_defaults
from igny8_core.auth.subjects import account_id, plan_id
from igny8_core.business.billing.provider_prices import provider_prices
from migration_harness.api import Seam

P = ParamSpec("P")
R = TypeVar("R")


def _by_model(*, model: str, **_: Any) -> tuple[str, ...]:
    return (model,)


def _about_models(*, control: Callable[P, R], candidate: Callable[P, R], **own: Any) -> Seam[P, R]:
    """Return a seam of what is asked about models: under one flag, by account, with the same errors."""
    return Seam(
        flag="model-selection",
        control=control,
        candidate=candidate,
        subject=account_id,
        account_plan=plan_id,
        errors=(ModelError,),
        **own,
    )


provider_key = Seam(
    name="keys.provider_key",
    flag="integration-provider-keys",
    control=legacy.provider_key,
    candidate=provider_keys.provider_key,
    subject=account_id,
    group_by=lambda *, provider, purpose, **_: (provider, purpose.value),
    account_plan=plan_id,
    errors=(ProviderKeyMissing,),
)
default_model = _about_models(
    name="models.default",
    control=legacy_models.default_model,
    candidate=catalogue.default_model,
    group_by=lambda *, model_type, **_: (str(model_type),),
    explain=[signed_defaults],
)
provider_of = _about_models(
    name="models.provider",
    control=legacy_models.provider_of,
    candidate=catalogue.provider_of,
    group_by=_by_model,
)
quality_tier = _about_models(
    name="models.quality_tier",
    control=legacy_models.quality_tier,
    candidate=catalogue.quality_tier,
    group_by=_by_model,
)
image_size = _about_models(
    name="models.image_size",
    control=legacy_models.image_size,
    candidate=catalogue.image_size,
    group_by=lambda *, model, role, **_: (model, str(role)),
)
cost_usd = _about_models(
    name="models.cost_usd",
    control=legacy_models.cost_usd,
    candidate=catalogue.cost_usd,
    group_by=_by_model,
    explain=[provider_prices],
    measure="USD",
)
