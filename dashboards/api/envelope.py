"""The shape of every answer: ``{success, data, message?, error?, request_id}``."""

from collections.abc import Mapping, Sequence
from typing import Any

from migration_harness import unit_of_work


def success(data: Any, *, message: str = "") -> dict[str, Any]:
    """Return the answer to a request that was done; ``message`` is a sentence for a person."""
    said = {"message": message} if message else {}
    return {"success": True, "data": data, **said, "request_id": request_id()}


def failure(message: str, *, code: str, fields: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """Return the answer to a request that was not done.

    ``code`` is for programs and does not change; ``message`` is for people. ``fields`` names what is wrong
    with which field of the request.
    """
    return {
        "success": False,
        "data": None,
        "message": message,
        "error": {"code": code, "fields": dict(fields or {})},
        "request_id": request_id(),
    }


def request_id() -> str:
    """Return the id that this request has in every log line and in ``X-Request-ID``."""
    work = unit_of_work.current.get()
    return work.request_id if work else ""
