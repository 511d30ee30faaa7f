"""Where a provider is asked, and with which key: decided here and nowhere else.

1. ``IntegrationProvider.base_url`` of the provider, where it is set;
2. else ``settings.IGNY8_SANDBOX_URL``, where the provider ``is_sandbox`` or its key is one of the demo's;
3. else the provider's own address.

An address of a row is used only where the settings allow it (:mod:`~igny8_core.business.billing.provider_addresses`).
A real key never reaches a sandbox, which gets a placeholder instead, and a demo key never reaches a
provider's own address: that is refused as a missing key.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeVar

import httpx2
from django.conf import settings

from igny8_core.ai.demo_keys import DEMO_KEYS
from igny8_core.ai.exceptions import ProviderAddressRefused, ProviderError, ProviderKeyMissing
from igny8_core.business.billing import phase_one
from igny8_core.business.billing.exceptions import AddressRefused
from igny8_core.business.billing.models import IntegrationProvider
from igny8_core.business.billing.provider_addresses import host_of, may_be_private, refuse_address
from igny8_core.business.billing.usage import Spent
from migration_harness.api import Secret

E = TypeVar("E", bound=ProviderError)

OFFICIAL: Final = {"openai": "https://api.openai.com/v1", "runware": "https://api.runware.ai/v1"}
"""The providers' own addresses."""
_OWN_HOSTS: Final = frozenset(host_of(httpx2.URL(each)) for each in OFFICIAL.values())

# Anything else would make the HTTP client raise an error that quotes the key.
_IN_A_HEADER: Final = re.compile(r"[!-~]+")
_PLACEHOLDER: Final = "sandbox-placeholder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Whom to ask, where, with which key, and how long to wait for an answer."""

    provider: str
    base_url: str
    key: Secret
    timeout_seconds: float
    is_sandbox: bool
    may_be_private: bool
    """The settings name the host: it may be inside, on this machine for example."""

    def failure(
        self,
        kind: type[E],
        told: str,
        *,
        model: str,
        retry_after_seconds: float | None = None,
        spent: Spent | None = None,
    ) -> E:
        """Return an error of this kind that names the provider and the model."""
        return kind(told, provider=self.provider, model=model, retry_after_seconds=retry_after_seconds, spent=spent)


def endpoint_of(*, provider: str, key: Secret) -> Endpoint:
    """Return where ``provider`` is asked.

    Raises ProviderKeyMissing for a demo key at a provider's own address, and for what cannot be a key;
    ProviderAddressRefused for an address that no key may be sent to.
    """
    if not _IN_A_HEADER.fullmatch(key.reveal()):
        raise ProviderKeyMissing(f"The key of {provider!r} holds a blank or a sign that no key has. Enter it again.")
    row = _row(provider)
    is_demo_key = key.reveal() in DEMO_KEYS.values()
    sandbox_url = f"{settings.IGNY8_SANDBOX_URL.rstrip('/')}/v1"
    if row is not None and row.base_url:
        base_url = _allowed(row.base_url.rstrip("/"), provider=provider, sandbox_url=sandbox_url)
    elif is_demo_key or (row is not None and row.is_sandbox):
        base_url = sandbox_url
    else:
        base_url = OFFICIAL[provider]
    is_sandbox = base_url == sandbox_url or (row is not None and row.is_sandbox)
    if is_demo_key and host_of(httpx2.URL(base_url)) in _OWN_HOSTS:
        raise ProviderKeyMissing(f"The provider {provider!r} has a demo key, which {base_url} does not know.")
    return Endpoint(
        provider=provider,
        base_url=base_url,
        key=Secret(_PLACEHOLDER) if is_sandbox and not is_demo_key else key,
        timeout_seconds=settings.IGNY8_PROVIDER_TIMEOUT_SECONDS,
        is_sandbox=is_sandbox,
        may_be_private=base_url == sandbox_url or may_be_private(base_url),
    )


def _row(provider: str) -> IntegrationProvider | None:
    if not phase_one.is_there():
        return None
    return IntegrationProvider.objects.filter(provider_id=provider).only("base_url", "is_sandbox").first()


def _allowed(base_url: str, *, provider: str, sandbox_url: str) -> str:
    """Return an address that keys may be sent to. Raises ProviderAddressRefused; the settings name the sandbox's."""
    try:
        if base_url != sandbox_url:
            refuse_address(base_url)
    except AddressRefused as error:
        raise ProviderAddressRefused(f"The provider {provider!r} is not asked. {error}") from None
    return base_url
