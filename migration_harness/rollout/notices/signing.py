"""Signatures of webhooks, as the specification of Standard Webhooks 1.0 has them.

What is signed is ``{webhook-id}.{webhook-timestamp}.{body}``, by HMAC-SHA256 with a secret that sender and receiver
share. So a receiver knows who sent a notice, that no byte of it was changed, that it is not an old one sent again, and
by the id that it has not had it before. The scheme is published, and there are libraries for it in most languages.
"""

import base64
import binascii
import hmac
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

from migration_harness.exceptions import HarnessMisconfigured, WebhookRefused
from migration_harness.secret import Secret

TOLERANCE_SECONDS: Final = 300
"""How old a webhook may be when it is verified, and how far the clocks may be apart."""
PREFIX: Final = "whsec_"
_KEY_BYTES: Final = (24, 64)
_TIME_DIGITS: Final = 12
_VERSION: Final = "v1,"


def signed_headers(secrets: Sequence[Secret], *, key: str, at: int, body: bytes) -> dict[str, str]:
    """Return the three headers: the id, the time of this attempt in whole seconds, a signature by each secret.

    Several secrets are one that is being replaced: a receiver takes any signature that is right.
    """
    return {
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(_signature(secret, key=key, at=str(at), body=body) for secret in secrets),
    }


def verify_webhook(
    *,
    secret: Secret | str,
    headers: Mapping[str, str],
    body: bytes,
    now: float | None = None,
    tolerance_seconds: int = TOLERANCE_SECONDS,
) -> str:
    """Return the id of a webhook that was signed with ``secret`` just now; for those who receive one.

    The id is the same however often it is sent: whoever has seen it drops it, and answers 200 all the same. ``body`` is
    what came in, byte for byte; ``now`` is in seconds since 1970, today's where nothing is said. Raises WebhookRefused
    for everything else, and HarnessMisconfigured for what is no secret.
    """
    given = {name.lower(): value for name, value in headers.items()}
    key, at, signatures = (given.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not key or not signatures or not (at.isascii() and at.isdigit() and len(at) <= _TIME_DIGITS):
        raise WebhookRefused("The webhook carries no signature: webhook-id, webhook-timestamp and webhook-signature.")
    if abs((time.time() if now is None else now) - int(at)) > tolerance_seconds:
        raise WebhookRefused(
            f"The webhook was not signed within the last {tolerance_seconds} seconds: ask for it again."
        )
    own = _signature(secret if isinstance(secret, Secret) else Secret(secret), key=key, at=at, body=body)
    if not any(hmac.compare_digest(own.encode(), each.encode(errors="replace")) for each in signatures.split(" ")):
        raise WebhookRefused("The webhook is not signed with this secret, or was changed on its way.")
    return key


def require_key(secret: Secret) -> None:
    """Raise HarnessMisconfigured where a secret is none that can sign."""
    _key_of(secret)


def _signature(secret: Secret, *, key: str, at: str, body: bytes) -> str:
    made = hmac.new(_key_of(secret), f"{key}.{at}.".encode(errors="replace") + body, sha256).digest()
    return _VERSION + base64.b64encode(made).decode()


def _key_of(secret: Secret) -> bytes:
    """Return the bytes of a secret. No variable of these functions holds them: a traceback may show variables."""
    least, most = _KEY_BYTES
    if secret.reveal().startswith(PREFIX) and least <= len(_decoded(secret)) <= most:
        return _decoded(secret)
    raise HarnessMisconfigured(
        f"A webhook's secret is {PREFIX} and {least} to {most} random bytes in base64. Make one: "
        f"python -c \"import base64, secrets; print('{PREFIX}' + base64.b64encode(secrets.token_bytes(32)).decode())\""
    )


def _decoded(secret: Secret) -> bytes:
    try:
        return base64.b64decode(secret.reveal().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
