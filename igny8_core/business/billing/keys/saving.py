"""How a provider's key is saved: by the admin, by the API, by whoever else."""

from igny8_core.business.billing.keys.seams import store_key
from igny8_core.business.billing.keys.store import replace_secret
from igny8_core.business.billing.keys.trail import record_saved
from igny8_core.business.billing.keys.typed import as_key
from migration_harness.api import Secret, read_committed


def save_provider_key(*, provider: str, api_key: Secret | str, actor: str) -> None:
    """Keep the key of a provider; an empty one removes it.

    ``actor`` is who typed it. It goes on the audit trail with the fingerprints of both keys, and into
    ``updated_by`` where it is a username. Raises KeyRefused and UnknownProvider; then nothing is changed.
    """
    key = as_key(api_key, of=provider)
    # One transaction: no key without its entry on the audit trail.
    with read_committed():
        previous = store_key(provider=provider, key=key, actor=actor)
        record_saved(subject=f"key of {provider}", field="api_key", before=previous, after=key, actor=actor)


def save_provider_secret(*, provider: str, field: str, secret: Secret | str, actor: str) -> None:
    """Keep another secret of a provider, ``api_secret`` or ``webhook_secret``, which never had a legacy place.

    An empty one removes it. Raises KeyRefused and UnknownProvider; then nothing is changed.
    """
    kept = as_key(secret, of=provider)
    with read_committed():
        previous = replace_secret(provider=provider, field=field, secret=kept, actor=actor)
        record_saved(subject=f"key of {provider}: {field}", field=field, before=previous, after=kept, actor=actor)
