"""The overview, and its two parts that stay live."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.overview.reading import pulse_at, read_now
from dashboards.overview.standing import before_asking, standing
from dashboards.rendering import page, part
from migration_harness.authority import actions


@page_for(actions.LOOK)
def overview(request: HttpRequest) -> HttpResponse:
    """Show where the migration stands and what needs a person; with ``?asked`` the gates are asked before it."""
    now = timezone.now()
    stands = standing(now=now) if "asked" in request.GET else before_asking(now=now)
    return page(request, "dashboards/overview/overview.html", title="Migration", now=read_now(now=now), standing=stands)


@page_for(actions.LOOK)
def now_part(request: HttpRequest) -> HttpResponse:
    """Show the live part anew, or nothing where nothing has happened since ``?pulse=``."""
    now = timezone.now()
    if request.GET.get("pulse") == pulse_at(now):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return part(request, "dashboards/overview/_now.html", now=read_now(now=now))


@page_for(actions.LOOK)
def standing_part(request: HttpRequest) -> HttpResponse:
    """Ask the gates, and show the track."""
    return part(request, "dashboards/overview/_standing.html", standing=standing(now=timezone.now()))
