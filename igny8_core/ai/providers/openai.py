"""OpenAI through its official SDK. One request each: asking again is :mod:`~igny8_core.ai.providers.retrying`'s.

Note [No context]: errors are raised outside the ``except`` that met them. The SDK's own errors hold the
request, its headers and so the key, and would travel along as ``__context__``.
"""

from collections.abc import Callable
from typing import Any, Final

import openai
from celery.exceptions import SoftTimeLimitExceeded

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
from igny8_core.business.billing.usage import Spent, Usage

_MOST_TOKENS: Final = 2**31 - 1


def complete(
    *,
    endpoint: Endpoint,
    model: str,
    system: str,
    prompt: str,
    max_tokens: int,
    temperature: float | None,
    json_mode: bool,
) -> Completion:
    """Ask for a text; a ``temperature`` of None is not sent. Raises ProviderError."""
    request: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt}],
        # The newer models take this name alone, the older ones both.
        "max_completion_tokens": max_tokens,
    }
    if temperature is not None:
        request["temperature"] = temperature
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
    result = _read(lambda: answer.data[0])
    picture = pictures.decoded(_read(lambda: result.b64_json))
    if picture is None:
        made = Spent() if result is None else Spent(images=1)
        told = pictures.missing(has_address=bool(_read(lambda: result.url)))
        raise endpoint.failure(MalformedAnswer, told, model=model, spent=made)
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
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001  Whatever it is, it may quote the request, and so the key.
            failure = _failure(error, endpoint, model)
    raise failure  # Note [No context].


def _failure(error: Exception, endpoint: Endpoint, model: str) -> ProviderError:
    if isinstance(error, openai.APIStatusError):
        return refusal(
            endpoint=endpoint,
            model=model,
            status=error.status_code,
            code=error.code,
            parameter=error.param,
            headers=error.response.headers,
        )
    cause = error.__cause__ or error if isinstance(error, openai.APIConnectionError) else error
    if isinstance(cause, Exception) and not isinstance(cause, openai.OpenAIError | ValueError):
        return broken(endpoint=endpoint, model=model, error=cause)
    return endpoint.failure(MalformedAnswer, "the answer is not in the provider's format.", model=model, spent=Spent())


def _completion(answer: Any, *, endpoint: Endpoint, model: str) -> Completion:
    """Return the text and what it used; what was used is read first, for it is charged whatever the text is worth."""
    usage = _usage(answer)
    choice = _read(lambda: answer.choices[0])
    text = _read(lambda: choice.message.content)
    if (unusable := _unusable(choice, text)) is not None:
        kind, told = unusable
        raise endpoint.failure(kind, told, model=model, spent=Spent(usage=usage))
    if usage is None:
        told = "the answer does not say how many tokens it used. Nothing was charged."
        raise endpoint.failure(NoUsageReported, told, model=model, spent=Spent())
    return Completion(text=text, model=model, usage=usage, provider=endpoint.provider)


def _unusable(choice: Any, text: Any) -> tuple[type[ProviderError], str] | None:
    """Return why an answer is of no use, None for one that is."""
    if choice is None:
        return MalformedAnswer, "the answer is not in the provider's format: it has no choices."
    if _read(lambda: choice.message.refusal):
        return ProviderRefused, "the model refuses to answer this."
    match _read(lambda: choice.finish_reason):
        case "content_filter":
            return ProviderRefused, "the provider's content filter stopped the answer."
        case "length":
            return MalformedAnswer, "the answer is longer than max_tokens allows and was cut off. Raise max_tokens."
    if not isinstance(text, str) or not text.strip():
        return MalformedAnswer, "the answer holds no text."
    return None


def _usage(answer: Any) -> Usage | None:
    """Return what an answer says that it used; None where it does not, or says that it used nothing."""
    tokens_input = _read(lambda: answer.usage.prompt_tokens)
    tokens_output = _read(lambda: answer.usage.completion_tokens)
    if not _is_count(tokens_input) or not _is_count(tokens_output) or tokens_input + tokens_output == 0:
        return None
    return Usage(tokens_input=tokens_input, tokens_output=tokens_output)


def _is_count(value: Any) -> bool:
    """Tell whether it is a number of tokens that the ledger has a column for; true and false are none."""
    return type(value) is int and 0 <= value <= _MOST_TOKENS


def _read(look: Callable[[], Any]) -> Any:
    """Return a part of an answer, None where the answer is not built that way: the SDK does not validate."""
    try:
        return look()
    except (AttributeError, IndexError, KeyError, TypeError):
        return None
