"""What an endpoint of the sandbox is given, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from igny8_core.ai.sandbox.markers import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A status and a JSON body, before a fault spoils it."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Rejected(Exception):
    """The request is not one that this endpoint takes; becomes its provider's own kind of error."""

    def __init__(
        self, message: str, *, status: int = 400, code: str = "invalid_request", retry_after: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = {"Retry-After": retry_after} if retry_after else {}


def reject(fault: Fault | None, *, retry_after: str) -> None:
    """Raise Rejected for the faults that are an honest error of the provider."""
    if fault is Fault.RATE_LIMITED:
        raise Rejected("Rate limit reached.", status=429, code="rate_limit_exceeded", retry_after=retry_after)
    if fault is Fault.FAILED:
        raise Rejected("The server had an error while processing your request.", status=500, code="server_error")
    if fault is Fault.REFUSED:
        raise Rejected("Your request was rejected by our safety system.", code="content_policy_violation")


def required(body: Mapping[str, Any], name: str, kind: type) -> Any:
    """Return a field of the body; raises Rejected where it is missing or of another type."""
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Rejected(f"{name!r} must be a {kind.__name__}.")
    return value
