"""How often an account may ask. Rates: ``DEFAULT_THROTTLE_RATES`` of the settings."""

import time
from typing import Final

import structlog
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from rest_api.addresses import address_of

READS: Final = "reads"
WRITES: Final = "writes"
AI: Final = "ai"
"""What makes a provider work, and costs credits."""

log = structlog.get_logger("igny8")


class AccountThrottle(SimpleRateThrottle):
    """Counts reads, writes and AI actions of an account apart; without an account, those of an address.

    An endpoint or an action names another scope than reads or writes as its ``throttle_scope``.
    """

    def __init__(self) -> None:
        # The scope, and so the rate, is not known before the request is.
        pass

    def timer(self) -> float:
        """Return the seconds since 1970. REST framework's is whatever function it found at its import."""
        return time.time()

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Tell whether this request may go on. Without a cache to count in, it may."""
        self.scope = scope_of(request, view)
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        try:
            return super().allow_request(request, view)
        except Exception as error:  # noqa: BLE001  Whatever the cache's client raises, customers go on working.
            log.warning("igny8.requests_not_counted", error=type(error).__name__)
            return True

    def get_cache_key(self, request: Request, view: APIView) -> str:  # noqa: ARG002  REST framework's signature.
        """Count by account: neither a second user nor a second token of it doubles the rate."""
        account_id = getattr(request.user, "account_id", None)
        who = address_of(request) if account_id is None else f"account:{account_id}"
        return self.cache_format % {"scope": self.scope, "ident": who}


def scope_of(request: Request, view: APIView) -> str:
    """Return what a request counts as."""
    named: str | None = getattr(view, "throttle_scope", None)
    return named or (READS if request.method in SAFE_METHODS else WRITES)
