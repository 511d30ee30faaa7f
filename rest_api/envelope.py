"""The shape of every answer: ``{success, data, message?, error?, request_id}``."""

from collections.abc import Mapping, Sequence
from typing import Any

from migration_harness.api import current_request_id


def success(data: Any, *, message: str = "") -> dict[str, Any]:
    """Return the answer to a request that was done; ``message`` is a sentence for a person."""
    said = {"message": message} if message else {}
    return {"success": True, "data": data, **said, "request_id": current_request_id()}


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
        "request_id": current_request_id(),
    }
