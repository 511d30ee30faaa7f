"""How often an operator may ask."""

import structlog
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

log = structlog.get_logger("harness")


class ReadThrottle(UserRateThrottle):
    """Limits reads alone, so that a dashboard in a loop cannot load the database; a write is never held up."""

    scope = "operator_reads"

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Tell whether this request may go on. Without a cache to count in, it may."""
        if request.method not in SAFE_METHODS:
            return True
        try:
            return super().allow_request(request, view)
        except Exception as error:  # noqa: BLE001  Whatever the cache's client raises, an operator must see the state.
            log.warning("harness.reads_not_counted", error=type(error).__name__)
            return True
