"""How often an operator may ask, and change something. Rates: ``DEFAULT_THROTTLE_RATES`` of the settings."""

import time

import structlog
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

log = structlog.get_logger("harness")


class OperatorThrottle(UserRateThrottle):
    """Counts the requests of an operator that it is for; without a cache to count in, everything goes on."""

    not_counted: str
    """The event that says so."""

    def timer(self) -> float:
        """Return the seconds since 1970. REST framework's is whatever function it found at its import."""
        return time.time()

    def is_for(self, request: Request) -> bool:
        """Tell whether such a request is counted."""
        raise NotImplementedError

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Tell whether this request may go on."""
        if not self.is_for(request):
            return True
        try:
            return super().allow_request(request, view)
        except Exception as error:  # noqa: BLE001  Whatever the cache's client raises, an operator must see and act.
            log.warning(self.not_counted, error=type(error).__name__)
            return True


class ReadThrottle(OperatorThrottle):
    """Limits reads, so that a dashboard in a loop cannot load the database."""

    scope = "operator_reads"
    not_counted = "harness.reads_not_counted"

    def is_for(self, request: Request) -> bool:
        """Count what only looks."""
        return request.method in SAFE_METHODS


class WriteThrottle(OperatorThrottle):
    """Limits writes, so that a script in a loop cannot fill the trail; people and sane scripts never meet the limit.

    The ways back do not have it: nothing holds them up.
    """

    scope = "operator_writes"
    not_counted = "harness.writes_not_counted"

    def is_for(self, request: Request) -> bool:
        """Count what changes something."""
        return request.method not in SAFE_METHODS
