"""Where legacy and new meet: the keys of the providers."""

from igny8_core.ai import provider_keys
from igny8_core.ai.exceptions import ProviderKeyMissing
from igny8_core.ai.legacy import provider_keys as legacy
from migration_harness.api import Seam

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
