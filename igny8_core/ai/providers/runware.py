"""Runware's REST: a JSON array of tasks there, ``data`` back. One request each."""

import re
from typing import Any, Final
from uuid import uuid4

import httpx2
from celery.exceptions import SoftTimeLimitExceeded

from igny8_core.ai.exceptions import MalformedAnswer, ProviderError, ProviderRefused
from igny8_core.ai.providers import pictures
from igny8_core.ai.providers.endpoint import Endpoint
from igny8_core.ai.providers.failures import broken, refusal
from igny8_core.ai.providers.http import client_for
from igny8_core.ai.providers.results import Picture
from igny8_core.business.billing.usage import Spent

_SIZE: Final = re.compile(r"(\d+)x(\d+)")
_OWN_MODELS: Final = "runware:"
_STEPS: Final = {"steps": 20, "CFGScale": 7}
"""For Runware's own models; the models of others that it offers have no such parameters."""


def generate_image(*, endpoint: Endpoint, model: str, prompt: str, size: str) -> Picture:
    """Ask for one image. Raises ProviderError."""
    task = _task(endpoint, model=model, prompt=prompt, size=size)
    response = _ask(endpoint, task)
    answer = _parsed(response)
    if not isinstance(answer, dict):
        told = "the answer is not in the provider's format."
        raise endpoint.failure(MalformedAnswer, told, model=model, spent=Spent())
    results = answer.get("data")
    result: dict[str, Any] = next((r for r in results if _is_of(task, r)), {}) if isinstance(results, list) else {}
    made = Spent(images=1) if result else None
    if answer.get("errors"):
        raise _refused(endpoint, model, response, spent=made)
    picture = pictures.decoded(result.get("imageBase64Data"))
    if picture is None:
        told = pictures.missing(has_address=bool(result.get("imageURL")))
        raise endpoint.failure(MalformedAnswer, told, model=model, spent=made or Spent())
    return picture


def _task(endpoint: Endpoint, *, model: str, prompt: str, size: str) -> dict[str, Any]:
    if (sides := _SIZE.fullmatch(size)) is None:
        raise endpoint.failure(ProviderRefused, f"{size!r} is no size; a size is like 1024x1024.", model=model)
    return {
        "taskType": "imageInference",
        "taskUUID": str(uuid4()),
        "positivePrompt": prompt,
        "model": model,
        "width": int(sides[1]),
        "height": int(sides[2]),
        "numberResults": 1,
        "outputType": "base64Data",
        "outputFormat": "PNG",
        **(_STEPS if model.startswith(_OWN_MODELS) else {}),
    }


def _ask(endpoint: Endpoint, task: dict[str, Any]) -> httpx2.Response:
    model = task["model"]
    headers = {"Authorization": f"Bearer {endpoint.key.reveal()}"}
    with client_for(endpoint) as http:
        try:
            response = http.post(endpoint.base_url, json=[task], headers=headers)
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:  # noqa: BLE001  Whatever it is, it may quote the request, and so the key.
            failure = broken(endpoint=endpoint, model=model, error=error)
        else:
            if response.is_success:
                return response
            failure = _refused(endpoint, model, response)
    # Outside the except: the library's error holds the request, and so the key.
    raise failure


def _parsed(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _refused(endpoint: Endpoint, model: str, response: httpx2.Response, *, spent: Spent | None = None) -> ProviderError:
    answer = _parsed(response)
    errors = answer.get("errors") if isinstance(answer, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    error = first if isinstance(first, dict) else {}
    return refusal(
        endpoint=endpoint,
        model=model,
        status=response.status_code,
        code=error.get("code"),
        parameter=error.get("parameter"),
        headers=response.headers,
        spent=spent,
    )


def _is_of(task: dict[str, Any], result: Any) -> bool:
    return isinstance(result, dict) and result.get("taskUUID") == task["taskUUID"]
