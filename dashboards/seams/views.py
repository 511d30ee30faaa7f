"""The page of seams."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.rendering import page
from dashboards.seams.rows import seams_page
from migration_harness.authority import actions


@page_for(actions.LOOK)
def seams(request: HttpRequest) -> HttpResponse:
    """Show what was compared at each seam, and what has drifted."""
    return page(request, "dashboards/seams/seams.html", title="Seams", page=seams_page(now=timezone.now()))
