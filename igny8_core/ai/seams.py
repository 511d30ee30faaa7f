"""Where legacy and new meet: the keys of the providers, and what is asked about models."""

from typing import Any

from igny8_core.ai import catalogue, provider_keys
from igny8_core.ai.exceptions import ModelError, ProviderKeyMissing
from igny8_core.ai.legacy import models as legacy_models
from igny8_core.ai.legacy import provider_keys as legacy
from igny8_core.ai.signed_defaults import signed_defaults
from igny8_core.exported import fresh_installation
from migration_harness.api import Reconstruction, Seam

provider_key = Seam(
    name="keys.provider_key",
    flag="integration-provider-keys",
    control=legacy.provider_key,
    candidate=provider_keys.provider_key,
    subject=lambda *, account, **_: account.pk,
    group_by=lambda *, provider, purpose, **_: (provider, purpose.value),
    account_plan=lambda *, account, **_: str(account.plan_id),
    errors=(ProviderKeyMissing,),
)


def _by_account(*, account: Any, **_: Any) -> Any:
    return account.pk


def _by_model(*, model: str, **_: Any) -> tuple[str, ...]:
    return (model,)


def _plan(*, account: Any, **_: Any) -> str:
    return str(account.plan_id)


default_model = Seam(
    name="models.default",
    flag="model-selection",
    control=legacy_models.default_model,
    candidate=catalogue.default_model,
    subject=_by_account,
    group_by=lambda *, model_type, **_: (str(model_type),),
    account_plan=_plan,
    explain=[signed_defaults],
    errors=(ModelError,),
)
provider_of = Seam(
    name="models.provider",
    flag="model-selection",
    control=legacy_models.provider_of,
    candidate=catalogue.provider_of,
    subject=_by_account,
    group_by=_by_model,
    account_plan=_plan,
    errors=(ModelError,),
)
quality_tier = Seam(
    name="models.quality_tier",
    flag="model-selection",
    control=legacy_models.quality_tier,
    candidate=catalogue.quality_tier,
    subject=_by_account,
    group_by=_by_model,
    account_plan=_plan,
    errors=(ModelError,),
)
image_size = Seam(
    name="models.image_size",
    flag="model-selection",
    control=legacy_models.image_size,
    candidate=catalogue.image_size,
    subject=_by_account,
    group_by=lambda *, model, role, **_: (model, str(role)),
    account_plan=_plan,
    errors=(ModelError,),
)
cost_usd = Seam(
    name="models.cost_usd",
    flag="model-selection",
    control=legacy_models.cost_usd,
    candidate=catalogue.cost_usd,
    subject=_by_account,
    group_by=_by_model,
    account_plan=_plan,
    errors=(ModelError,),
    measure="USD",
)

Reconstruction(
    seams=tuple(seam.name for seam in (default_model, provider_of, quality_tier, image_size, cost_usd)),
    prepare=fresh_installation,
)
