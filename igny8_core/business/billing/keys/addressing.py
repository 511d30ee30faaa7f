"""How a provider's address is changed: its keys do not go along.

A key was entered for where it is sent. Whoever can change the address and leave the key has read it: the next call
sends it there.
"""

from typing import Any, Final

from django.utils import timezone

from igny8_core.auth.models import User
from igny8_core.business.billing import phase_one
from igny8_core.business.billing.exceptions import UnknownProvider
from igny8_core.business.billing.keys.legacy import store as legacy
from igny8_core.business.billing.keys.store import readable
from igny8_core.business.billing.keys.trail import fingerprint
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.business.billing.provider_addresses import refuse_address
from migration_harness.api import Secret, read_committed, record_event

SECRETS: Final = ("api_key", "api_secret", "webhook_secret")


def change_address(*, provider: str, base_url: str, actor: str) -> bool:
    """Give a provider another address, empty for its own, and remove all its keys from both stores.

    Returns whether it had any. It is on the audit trail with the fingerprints of what was removed. Nothing is done
    where the address is the same but for a slash at its end. Raises AddressRefused and UnknownProvider.
    """
    refuse_address(base_url)
    if not phase_one.is_there():
        raise UnknownProvider(f"There is no provider {provider!r}: phase 1 of the migration is undone.")
    with read_committed():
        row = IntegrationProvider.objects.select_for_update().defer(*SECRETS).filter(pk=provider).first()
        if row is None:
            raise UnknownProvider(f"There is no provider {provider!r}. Add it under Integration providers.")
        if row.base_url.rstrip("/") == base_url.rstrip("/"):
            return False
        removed: dict[str, Any] = {name: fingerprint(readable(provider, name)) for name in SECRETS}
        changed: dict[str, Any] = dict.fromkeys(SECRETS, Secret("")) | {"base_url": base_url}
        changed |= {"updated_at": timezone.now(), "updated_by": User.objects.filter(username=actor).first()}
        IntegrationProvider.objects.filter(pk=provider).update(**changed)
        # @legacy begin integration-provider-keys
        removed |= {name: fingerprint(key) for name, key in legacy.forget(provider).items()}
        # @legacy end
        record_event(
            actor=actor,
            action="change provider address",
            subject=f"key of {provider}",
            before={"base_url": row.base_url} | removed,
            after={"base_url": base_url} | dict.fromkeys(removed, fingerprint(Secret(""))),
        )
        return set(removed.values()) != {fingerprint(Secret(""))}
