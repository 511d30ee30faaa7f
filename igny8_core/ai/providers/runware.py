"""Runware's REST: a JSON array of tasks there, ``data`` back. One request each."""

import re
from typing import Any, Final
from uuid import uuid4

import httpx2

from igny8_core.ai.exceptions import MalformedAnswer, ProviderRefused
from igny8_core.ai.providers import pictures
from igny8_core.ai.providers.endpoint import Endpoint
from igny8_core.ai.providers.failures import broken, refusal
from igny8_core.ai.providers.http import client_for
from igny8_core.ai.providers.results import Picture

_SIZE: Final = re.compile(r"(\d+)x(\d+)")
_OWN_MODELS: Final = "runware:"
_STEPS: Final = {"steps": 20, "CFGScale": 7}
"""For Runware's own models; the models of others that it offers have no such parameters."""


def generate_image(*, endpoint: Endpoint, model: str, prompt: str, size: str) -> Picture:
    """Ask for one image. Raises ProviderError."""
    task = _task(endpoint, model=model, prompt=prompt, size=size)
    answer = _ask(endpoint, task)
    if not isinstance(answer, dict):
        raise endpoint.failure(MalformedAnswer, "the answer is not in the provider's format.", model=model)
    if answer.get("errors"):
        raise endpoint.failure(ProviderRefused, "the provider refuses the request.", model=model)
    results = answer.get("data")
    result: dict[str, Any] = next((r for r in results if _is_of(task, r)), {}) if isinstance(results, list) else {}
    picture = pictures.decoded(result.get("imageBase64Data"))
    if picture is None:
        raise endpoint.failure(MalformedAnswer, "the answer holds no picture.", model=model)
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


def _ask(endpoint: Endpoint, task: dict[str, Any]) -> Any:
    model = task["model"]
    headers = {"Authorization": f"Bearer {endpoint.key.reveal()}"}
    with client_for(endpoint) as http:
        try:
            response = http.post(endpoint.base_url, json=[task], headers=headers)
        except httpx2.HTTPError as error:
            failure = broken(endpoint=endpoint, model=model, error=error)
        else:
            if response.is_success:
                return _parsed(response)
            failure = refusal(
                endpoint=endpoint,
                model=model,
                status=response.status_code,
                code=_code(_parsed(response)),
                headers=response.headers,
            )
    # Outside the except: the library's error holds the request, and so the key.
    raise failure


def _parsed(response: httpx2.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _code(answer: Any) -> object:
    errors = answer.get("errors") if isinstance(answer, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    return first.get("code") if isinstance(first, dict) else None


def _is_of(task: dict[str, Any], result: Any) -> bool:
    return isinstance(result, dict) and result.get("taskUUID") == task["taskUUID"]
