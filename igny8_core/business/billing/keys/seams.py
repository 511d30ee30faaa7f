"""Where legacy and new meet: the stores of the providers' keys."""

from igny8_core.business.billing.keys import store
from igny8_core.business.billing.keys.legacy import store as legacy
from migration_harness.api import StorePair, WriteSeam

store_key = WriteSeam(
    name="keys.store",
    flag="integration-provider-keys",
    control=legacy.store_key,
    candidate=store.store_key,
    # A key is the whole installation's, no account's.
    subject=lambda **_: None,
    key=lambda *, provider, **_: provider,
)

stores = StorePair(
    flag="integration-provider-keys",
    seam="keys.store",
    control=legacy.SettingsRow(),
    candidate=store.ProviderRows(),
)
