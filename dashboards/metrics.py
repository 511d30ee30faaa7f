"""``GET /metrics``: what Prometheus scrapes."""

from hmac import compare_digest

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder, generate_latest

from migration_harness.authority.actions import LOOK
from migration_harness.authority.actors import of_user
from migration_harness.authority.asking import require
from migration_harness.exceptions import NotAllowed
from migration_harness.metrics import HarnessCollector

log = structlog.get_logger("harness")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever has the scraper's token, or may look at the migration, in the format that was asked for.

    A scrape that fails is 500: Prometheus then has a gap and ``up`` is 0, where half a page would look like zeros.
    """
    if refusal := _refusal(request):
        return refusal
    try:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    except (TypeError, ValueError):  # A version that is no number.
        encode, content_type = generate_latest, CONTENT_TYPE_PLAIN_0_0_4
    try:
        body = encode(HarnessCollector())
    except Exception as error:
        log.exception("harness.metrics_failed", error=type(error).__name__)
        return _plain("The metrics could not be read. The log says why: harness.metrics_failed.", status=500)
    return HttpResponse(body, content_type=content_type)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if _has_token(request):
        return None
    if request.user.is_authenticated:
        try:
            require(of_user(request.user), LOOK, subject="metrics")
        except NotAllowed as error:
            return _plain(f"{error} Or send the token, as a scraper does.", status=403)
        return None
    refused = _plain("Send the token: Authorization: Bearer, then HARNESS_METRICS_TOKEN.", status=401)
    refused["WWW-Authenticate"] = "Bearer"
    return refused


def _has_token(request: HttpRequest) -> bool:
    """Tell whether the request carries the token; where none is set, no request does."""
    token: str = settings.HARNESS.get("METRICS_TOKEN", "")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and compare_digest(given.strip().encode(), token.encode())


def _plain(text: str, *, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
