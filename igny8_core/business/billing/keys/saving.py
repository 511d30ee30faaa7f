"""How a provider's key is saved: by the admin, by the API, by whoever else."""

from typing import Final

from django.db import transaction

from igny8_core.business.billing.exceptions import KeyRefused
from igny8_core.business.billing.keys.seams import store_key
from igny8_core.business.billing.keys.store import replace_secret
from migration_harness.api import Secret, record_event

MAX_CHARACTERS: Final = 500
ACTION: Final = "save provider key"


def save_provider_key(*, provider: str, api_key: Secret | str, actor: str) -> None:
    """Keep the key of a provider where the flag ``integration-provider-keys`` says; an empty one removes it.

    ``actor`` is who typed it. It goes on the audit trail with the fingerprints of both keys, and into
    ``updated_by`` where it is a username. Raises KeyRefused and UnknownProvider; then nothing is changed.
    """
    key = as_key(api_key, of=provider)
    # One transaction: no key without its entry on the audit trail.
    with transaction.atomic():
        previous = store_key(provider=provider, key=key, actor=actor)
        record_event(
            actor=actor,
            action=ACTION,
            subject=f"key of {provider}",
            before={"api_key": fingerprint(previous)},
            after={"api_key": fingerprint(key)},
        )


def save_provider_secret(*, provider: str, field: str, secret: Secret | str, actor: str) -> None:
    """Keep another secret of a provider, ``api_secret`` or ``webhook_secret``, which never had a legacy place.

    An empty one removes it. Raises KeyRefused and UnknownProvider; then nothing is changed.
    """
    kept = as_key(secret, of=provider)
    with transaction.atomic():
        previous = replace_secret(provider=provider, field=field, secret=kept, actor=actor)
        record_event(
            actor=actor,
            action=ACTION,
            subject=f"key of {provider}: {field}",
            before={field: fingerprint(previous)},
            after={field: fingerprint(kept)},
        )


def as_key(text: Secret | str, *, of: str) -> Secret:
    """Return what somebody typed or pasted as a key, without the space around it. Raises KeyRefused."""
    key = (text.reveal() if isinstance(text, Secret) else text).strip()
    # No message may quote what was typed: a key with a typo in it is still most of a key.
    if len(key) > MAX_CHARACTERS:
        raise KeyRefused(
            f"The key of {of} has {len(key):,} characters; at most {MAX_CHARACTERS} are kept. Copy it again."
        )
    if not all("!" <= character <= "~" for character in key):
        raise KeyRefused(f"The key of {of} has a space, a line break or an unusual character inside. Copy it again.")
    return Secret(key)


def fingerprint(key: Secret | None) -> str:
    """Return how the audit trail names a key: never with a fragment of it."""
    if key is None:
        return "unreadable"
    return key.fingerprint if key else "not set"
