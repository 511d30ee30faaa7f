"""What a request to a provider says and what comes back, for whoever records operations: never a header of ours."""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx2

from igny8_core.ai.providers.endpoint import Endpoint
from migration_harness.api import Sent, recorded_answer, sent

_SENT: Final = "igny8_sent"
_KEPT_HEADERS: Final = ("content-type", "retry-after")
_OF_A_FAILURE: Final = frozenset({"code", "type", "param", "parameter"})
"""What is kept of the words of an error: the others may quote the key, or the customer."""


def hooks_of(endpoint: Endpoint) -> dict[str, Any]:
    """Return the hooks by which a client tells of a request before it is sent, and of its answer."""

    def ask(request: httpx2.Request) -> None:
        request.read()
        told = {"method": request.method, "path": request.url.path, "body": _body(request.content)}
        request.extensions[_SENT] = sent(endpoint.provider, told, hide=[endpoint.key])

    def answer(response: httpx2.Response) -> None:
        told = response.request.extensions.get(_SENT)
        if isinstance(told, Sent) and told:
            response.read()
            told.answered(_answer(response))

    return {"request": ask, "response": answer}


class FromRecording(httpx2.BaseTransport):
    """Answers with what came back when the operation was recorded; nobody is asked."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the next recorded answer. Raises ConnectError where none was recorded."""
        found = recorded_answer(self._endpoint.provider)
        if found is None or found.answer is None:
            raise httpx2.ConnectError("No answer was recorded.", request=request)
        body = json.dumps(found.answer["body"])
        for before, now in zip(_uuids(found.payload), _uuids(_body(request.read())), strict=False):
            # A task of Runware's has another name in each run, by which its answer is found.
            body = body.replace(before, now)
        headers = {"content-type": "application/json"} | dict(found.answer["headers"])
        return httpx2.Response(found.answer["status"], headers=headers, content=body.encode(), request=request)


def _uuids(value: Any) -> list[str]:
    match value:
        case {"taskUUID": str(found)}:
            return [found]
        case dict():
            return [each for inner in value.values() for each in _uuids(inner)]
        case list():
            return [each for inner in value for each in _uuids(inner)]
    return []


def _answer(response: httpx2.Response) -> Mapping[str, Any]:
    body = _body(response.content)
    return {
        "status": response.status_code,
        "headers": {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
        "body": body if response.is_success and not _has_errors(body) else _shape(body),
    }


def _body(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content


def _has_errors(body: Any) -> bool:
    return isinstance(body, dict) and bool(body.get("errors") or body.get("error"))


def _shape(body: Any, name: str = "") -> Any:
    match body:
        case dict():
            return {str(inner): _shape(value, str(inner)) for inner, value in body.items()}
        case list():
            return [_shape(value, name) for value in body]
        case str() | bytes():
            return body if name in _OF_A_FAILURE and isinstance(body, str) else "(text)"
    return body
