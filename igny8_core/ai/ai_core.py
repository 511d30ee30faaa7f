"""The only code that talks to providers.

Note [Open transactions]: an answer takes seconds, and a transaction that is open meanwhile holds its
locks, a connection and the horizon of vacuum. What counts is Django's own rule for ``durable=True``:
the transaction around a ``TestCase`` is none, so tests need no exception of their own.
"""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, Final

import structlog
from django.db import connections

from igny8_core.ai.exceptions import InsideTransaction, UnknownModel
from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.providers import openai, runware
from igny8_core.ai.providers.endpoint import Endpoint, endpoint_of
from igny8_core.ai.providers.results import Completion, GeneratedImage, ImageLook, Picture
from igny8_core.ai.providers.retrying import with_retries
from igny8_core.ai.seams import cost_usd, provider_key, provider_of
from igny8_core.auth.models import Account
from igny8_core.business.billing.model_limits import limits_of
from migration_harness.api import refuse_side_effect

__all__ = ["AICore", "Completion", "GeneratedImage", "ImageLook"]

log = structlog.get_logger("igny8.ai")

_TEXT: Final = {"openai": openai.complete}


class AICore:
    """Stateless. Asks a provider once, again where it has done nothing yet, and charges nobody."""

    @staticmethod
    def complete(
        *,
        account: Account,
        model: str,
        system: str,
        prompt: str,
        max_tokens: int,
        temperature: float,
        operation: str,
        json_mode: bool = False,
    ) -> Completion:
        """Return the text that ``model`` answers, asked for within the limits of its row.

        Raises before any call ModelError, ProviderKeyMissing and InsideTransaction, afterwards ProviderError.
        """
        endpoint = _endpoint(account, model, Purpose.TEXT, served_by=_TEXT)
        ask, limits = _TEXT[endpoint.provider], limits_of(model)
        began = perf_counter()
        completion = with_retries(
            lambda: ask(
                endpoint=endpoint,
                model=model,
                system=system,
                prompt=prompt,
                max_tokens=limits.within(max_tokens),
                temperature=temperature if limits.takes_temperature else None,
                json_mode=json_mode,
            )
        )
        cost = cost_usd(account=account, model=model, usage=completion.usage)
        _log(endpoint, model, operation, account, began, cost_usd=str(cost), tokens=completion.usage.total)
        return completion

    @staticmethod
    def generate_image(
        *,
        account: Account,
        model: str,
        prompt: str,
        size: str,
        operation: str,
        look: ImageLook | None = None,
    ) -> GeneratedImage:
        """Return the image that ``model`` makes of ``prompt``; ``size`` is like ``1024x1024``.

        Raises before any call ModelError, ProviderKeyMissing and InsideTransaction, afterwards ProviderError.
        """
        endpoint = _endpoint(account, model, Purpose.IMAGE, served_by=_IMAGE)
        cost = cost_usd(account=account, model=model, images=1)
        ask = _IMAGE[endpoint.provider]
        began = perf_counter()
        picture = with_retries(lambda: ask(endpoint, model, prompt, size, look or ImageLook()))
        _log(endpoint, model, operation, account, began, cost_usd=str(cost), bytes=len(picture.content))
        return GeneratedImage(content=picture.content, mime_type=picture.mime_type, model=model, cost_usd=cost)


def _openai_image(endpoint: Endpoint, model: str, prompt: str, size: str, look: ImageLook) -> Picture:
    return openai.generate_image(endpoint=endpoint, model=model, prompt=prompt, size=size, look=look)


def _runware_image(endpoint: Endpoint, model: str, prompt: str, size: str, _look: ImageLook) -> Picture:
    return runware.generate_image(endpoint=endpoint, model=model, prompt=prompt, size=size)


_IMAGE: Final[dict[str, Callable[[Endpoint, str, str, str, ImageLook], Picture]]] = {
    "openai": _openai_image,
    "runware": _runware_image,
}


def _endpoint(
    account: Account, model: str, purpose: Purpose, *, served_by: Mapping[str, Callable[..., object]]
) -> Endpoint:
    """Find out whom to ask, and refuse where nobody may be asked now."""
    refuse_side_effect(f"provider of {model}")
    _refuse_inside_transaction(model)
    provider = provider_of(account=account, model=model, model_type=purpose.value)
    if provider not in served_by:
        raise UnknownModel(f"The provider {provider!r} of the model {model!r} is not known here as one of {purpose}.")
    return endpoint_of(provider=provider, key=provider_key(account=account, provider=provider, purpose=purpose))


def _refuse_inside_transaction(model: str) -> None:
    """Note [Open transactions]."""
    for connection in connections.all(initialized_only=True):
        blocks: list[Any] = connection.atomic_blocks
        if not all(block._from_testcase for block in blocks):  # noqa: SLF001  As Django does it.
            raise InsideTransaction(
                f"{model} was to be asked while a transaction of {connection.alias!r} is open. Ask before or after it."
            )


def _log(endpoint: Endpoint, model: str, operation: str, account: Account, began: float, **made: object) -> None:
    log.info(
        "igny8.provider_answered",
        provider=endpoint.provider,
        model=model,
        operation=str(operation),
        account=account.pk,
        sandbox=endpoint.is_sandbox,
        milliseconds=round((perf_counter() - began) * 1000),
        **made,
    )
