"""What it means to us when a provider does not answer, or answers with another status than 2xx."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import httpx2
from django.utils import timezone

from igny8_core.ai.exceptions import (
    AnswerCutOff,
    ModelGone,
    ProviderError,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
)
from igny8_core.ai.providers.endpoint import Endpoint
from igny8_core.ai.providers.reaching import LeadsInside
from igny8_core.ai.providers.retry_after import retry_after_seconds
from igny8_core.business.billing.usage import Spent
from migration_harness.api import Secret, quotes

_A_CODE: Final = re.compile(r"[A-Za-z][A-Za-z_.-]{0,63}")
_A_PARAMETER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]-]{0,63}")
# OpenAI says so with the status of a rate limit; waiting does not fill an account.
_EMPTY_ACCOUNT: Final = "insufficient_quota"
# Nothing was done: the server gave up waiting for the request, or another one was in its way.
_ASKS_FOR_ANOTHER_TRY: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})
_ABOUT_THE_MODEL: Final = ("model_not_found", "invalid_model", "model_deprecated", "invalidModel")
# Runware says what it refuses with 200 as well.
_NO_SUCH: Final = frozenset({HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def refusal(
    *,
    endpoint: Endpoint,
    model: str,
    status: int,
    code: object,
    headers: Mapping[str, str],
    parameter: object = None,
    spent: Spent | None = None,
) -> ProviderError:
    """Return the error for an answer that refuses: one that is not 2xx, or that says so in its body.

    ``code`` and ``parameter`` are the provider's words for what is wrong, and where. Its message is not repeated: that
    of a wrong key quotes the key.
    """
    status_told = f"status {status}{_words(endpoint.key, code, parameter)}"

    def failure(kind: type[ProviderError], told: str) -> ProviderError:
        pause = retry_after_seconds(headers, now=timezone.now()) if kind.may_be_repeated else None
        return endpoint.failure(kind, told, model=model, retry_after_seconds=pause, spent=spent)

    if status == HTTPStatus.TOO_MANY_REQUESTS and code != _EMPTY_ACCOUNT:
        return failure(ProviderRateLimited, f"too many requests, {status_told}. Try again in a minute.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return failure(ProviderUnavailable, f"the provider failed, {status_told}. Try again later.")
    if status in _ASKS_FOR_ANOTHER_TRY:
        return failure(ProviderUnavailable, f"the provider could not take the request, {status_told}. Try again later.")
    if code in _ABOUT_THE_MODEL or (parameter == "model" and status in _NO_SUCH):
        told = (
            f"the provider does not have this model, or not any more, {status_told}. Choose another model, and "
            f"deactivate the row {model!r} of AIModelConfig, under AI models."
        )
        return failure(ModelGone, told)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return failure(
            ProviderRefused, f"the API key is not accepted, {status_told}. Check it under Integration providers."
        )
    return failure(ProviderRefused, f"the request is refused, {status_told}.")


def _words(key: Secret, code: object, parameter: object) -> str:
    """Return the provider's words as they follow a status; nothing of what is no word, or a part of the key."""
    word = f" ({code})" if isinstance(code, str) and _A_CODE.fullmatch(code) and not quotes(code, key) else ""
    named = isinstance(parameter, str) and _A_PARAMETER.fullmatch(parameter) and not quotes(parameter, key)
    return f"{word}, parameter {parameter!r}" if named else word


def broken(*, endpoint: Endpoint, model: str, error: Exception) -> ProviderError:
    """Return the error for a request that got no answer, or not all of one."""
    if not isinstance(error, httpx2.HTTPError):
        told = f"the client of the provider raised {type(error).__name__}. Try again later."
        return endpoint.failure(AnswerCutOff, told, model=model)
    if isinstance(error, LeadsInside):
        told = (
            "its name leads to an address that is not public; nothing was sent. Correct the address under Integration "
            "providers, or allow the host by name in IGNY8_PRIVATE_HOSTS."
        )
        return endpoint.failure(ProviderRefused, told, model=model)
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return endpoint.failure(ProviderUnavailable, "the provider cannot be reached. Try again later.", model=model)
    if isinstance(error, httpx2.TimeoutException):
        told = f"no answer within {endpoint.timeout_seconds:g} seconds. Try again later."
        return endpoint.failure(ProviderTimedOut, told, model=model)
    return endpoint.failure(AnswerCutOff, "the connection broke during the answer. Try again later.", model=model)
