"""One unit of work for each request."""

from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.unit_of_work import unit_of_work


class UnitOfWorkMiddleware:
    """Pins a request to one snapshot and binds its id to every log line; answers ``X-Request-ID``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        request_id = uuid4().hex
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            unit_of_work(execution_path=ExecutionPath.MANUAL, request_id=request_id),
        ):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response
