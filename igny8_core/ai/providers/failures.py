"""What it means to us when a provider does not answer, or answers with another status than 2xx."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import httpx2

from igny8_core.ai.exceptions import (
    AnswerCutOff,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
)
from igny8_core.ai.providers.endpoint import Endpoint

_A_CODE: Final = re.compile(r"[A-Za-z][A-Za-z_.-]{0,63}")
# OpenAI says so with the status of a rate limit; waiting does not fill an account.
_EMPTY_ACCOUNT: Final = "insufficient_quota"


def refusal(*, endpoint: Endpoint, model: str, status: int, code: object, headers: Mapping[str, str]) -> ProviderError:
    """Return the error for an answer that is not 2xx.

    ``code`` is the provider's word for it. Its message is not repeated: that of a wrong key quotes the key.
    """
    word = f" ({code})" if isinstance(code, str) and _A_CODE.fullmatch(code) else ""
    if status == HTTPStatus.TOO_MANY_REQUESTS and code != _EMPTY_ACCOUNT:
        return ProviderRateLimited(
            f"too many requests, status 429{word}. Try again in a minute.",
            provider=endpoint.provider,
            model=model,
            retry_after_seconds=_seconds(headers.get("Retry-After", "")),
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        told = f"the provider failed, status {status}{word}. Try again later."
        return endpoint.failure(ProviderUnavailable, told, model=model)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        told = f"the API key is not accepted, status {status}{word}. Check it under Integration providers."
        return endpoint.failure(ProviderRefused, told, model=model)
    return endpoint.failure(ProviderRefused, f"the request is refused, status {status}{word}.", model=model)


def broken(*, endpoint: Endpoint, model: str, error: httpx2.HTTPError) -> ProviderError:
    """Return the error for a request that got no answer, or not all of one."""
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return endpoint.failure(ProviderUnavailable, "the provider cannot be reached. Try again later.", model=model)
    if isinstance(error, httpx2.TimeoutException):
        told = f"no answer within {endpoint.timeout_seconds:g} seconds. Try again later."
        return endpoint.failure(ProviderTimedOut, told, model=model)
    return endpoint.failure(AnswerCutOff, "the connection broke during the answer. Try again later.", model=model)


def _seconds(text: str) -> float | None:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None
