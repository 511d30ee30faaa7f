"""What an endpoint of the sandbox is given, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

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
        self,
        message: str,
        *,
        status: int = 400,
        code: str = "invalid_request",
        parameter: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.parameter = parameter
        self.headers = dict(headers or {})


_ERRORS: Final = {
    Fault.RATE_LIMITED: ("Rate limit reached.", 429, "rate_limit_exceeded", None),
    Fault.FAILED: ("The server had an error while processing your request.", 500, "server_error", None),
    Fault.REFUSED: ("Your request was rejected by our safety system.", 400, "content_policy_violation", None),
    Fault.GONE: ("The model does not exist or you do not have access to it.", 404, "model_not_found", "model"),
    Fault.TIMED_OUT: ("The request took too long to arrive.", 408, "request_timeout", None),
    Fault.IN_THE_WAY: ("The resource was updated by another request.", 409, "conflict", None),
}


def reject(fault: Fault | None, *, pause: Mapping[str, str]) -> None:
    """Raise Rejected for the faults that are an honest error of the provider."""
    if fault in _ERRORS:
        message, status, code, parameter = _ERRORS[fault]
        raise Rejected(message, status=status, code=code, parameter=parameter, headers=pause)


def required(body: Mapping[str, Any], name: str, kind: type) -> Any:
    """Return a field of the body; raises Rejected where it is missing or of another type."""
    value = body.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Rejected(f"{name!r} must be a {kind.__name__}.", parameter=name)
    return value
