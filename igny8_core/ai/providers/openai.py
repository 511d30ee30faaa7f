"""OpenAI through its official SDK. One request each: asking again is :mod:`~igny8_core.ai.providers.retrying`'s.

Note [No context]: errors are raised outside the ``except`` that met them. The SDK's own errors hold the
request, its headers and so the key, and would travel along as ``__context__``.
"""

from collections.abc import Callable
from typing import Any

import httpx2
import openai

from igny8_core.ai.exceptions import (
    MalformedAnswer,
    NoUsageReported,
    ProviderError,
    ProviderRefused,
)
from igny8_core.ai.providers import pictures
from igny8_core.ai.providers.endpoint import Endpoint
from igny8_core.ai.providers.failures import broken, refusal
from igny8_core.ai.providers.http import client_for
from igny8_core.ai.providers.results import Completion, ImageLook, Picture
from igny8_core.business.billing.usage import Usage


def complete(
    *, endpoint: Endpoint, model: str, system: str, prompt: str, max_tokens: int, temperature: float, json_mode: bool
) -> Completion:
    """Ask for a text. Raises ProviderError."""
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt}],
        # The newer models take this name alone, the older ones both.
        "max_completion_tokens": max_tokens,
        "temperature": temperature,
    }
    if json_mode:
        request["response_format"] = {"type": "json_object"}
    answer = _ask(endpoint, model, lambda client: client.chat.completions.create(**request))
    return _completion(answer, endpoint=endpoint, model=model)


def generate_image(*, endpoint: Endpoint, model: str, prompt: str, size: str, look: ImageLook) -> Picture:
    """Ask for one image. Raises ProviderError."""
    request: dict[str, Any] = {"model": model, "prompt": prompt, "size": size, "n": 1}
    if model.startswith("dall-e"):
        # The other models answer in base64 by themselves, and have their own words for a look.
        request["response_format"] = "b64_json"
    if model == "dall-e-3":
        request |= {name: word for name, word in (("quality", look.quality), ("style", look.style)) if word}
    answer = _ask(endpoint, model, lambda client: client.images.generate(**request))
    picture: Picture | None = _read(lambda: pictures.decoded(answer.data[0].b64_json))
    if picture is None:
        raise endpoint.failure(MalformedAnswer, "the answer holds no picture.", model=model)
    return picture


def _ask(endpoint: Endpoint, model: str, call: Callable[[openai.OpenAI], Any]) -> Any:
    with client_for(endpoint) as http:
        client = openai.OpenAI(
            api_key=endpoint.key.reveal(),
            base_url=endpoint.base_url,
            timeout=http.timeout,
            max_retries=0,
            http_client=http,
        )
        try:
            return call(client)
        except (openai.OpenAIError, httpx2.HTTPError, ValueError) as error:
            failure = _failure(error, endpoint, model)
    raise failure  # Note [No context].


def _failure(error: Exception, endpoint: Endpoint, model: str) -> ProviderError:
    if isinstance(error, openai.APIStatusError):
        headers, status = error.response.headers, error.status_code
        return refusal(endpoint=endpoint, model=model, status=status, code=error.code, headers=headers)
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    if isinstance(cause, httpx2.HTTPError):
        return broken(endpoint=endpoint, model=model, error=cause)
    return endpoint.failure(MalformedAnswer, "the answer is not in the provider's format.", model=model)


def _completion(answer: Any, *, endpoint: Endpoint, model: str) -> Completion:
    choice = _read(lambda: answer.choices[0])
    text = _read(lambda: choice.message.content)
    if isinstance(refused := _read(lambda: choice.message.refusal), str) and refused:
        raise endpoint.failure(ProviderRefused, "the model refuses to answer this.", model=model)
    if not isinstance(text, str) or not text.strip():
        raise endpoint.failure(MalformedAnswer, "the answer holds no text.", model=model)
    if choice.finish_reason == "length":
        told = "the answer is longer than max_tokens allows and was cut off. Raise max_tokens."
        raise endpoint.failure(MalformedAnswer, told, model=model)
    return Completion(text=text, model=model, usage=_usage(answer, endpoint, model), provider=endpoint.provider)


def _usage(answer: Any, endpoint: Endpoint, model: str) -> Usage:
    tokens_input = _read(lambda: answer.usage.prompt_tokens)
    tokens_output = _read(lambda: answer.usage.completion_tokens)
    if not _is_count(tokens_input) or not _is_count(tokens_output) or tokens_input + tokens_output == 0:
        told = "the answer does not say how many tokens it used. Nothing was charged."
        raise endpoint.failure(NoUsageReported, told, model=model)
    return Usage(tokens_input=tokens_input, tokens_output=tokens_output)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _read(look: Callable[[], Any]) -> Any:
    """Return a part of an answer, None where the answer is not built that way: the SDK does not validate."""
    try:
        return look()
    except (AttributeError, IndexError, KeyError, TypeError):
        return None
