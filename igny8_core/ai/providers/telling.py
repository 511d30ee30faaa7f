"""What a request to a provider says and what comes back, for whoever records operations: never a header of ours."""

import json
from collections.abc import Mapping
from typing import Any, Final

import httpx2

from igny8_core.ai.providers.endpoint import Endpoint
from migration_harness.api import Sent, sent

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
