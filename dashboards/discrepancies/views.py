"""The page that lists discrepancies."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.discrepancies.rows import discrepancies_page
from dashboards.rendering import page
from migration_harness.authority import actions


@page_for(actions.LOOK)
def discrepancies(request: HttpRequest) -> HttpResponse:
    """List what needs a review, and what does not."""
    found = discrepancies_page(now=timezone.now())
    return page(request, "dashboards/discrepancies/discrepancies.html", title="Discrepancies", page=found)
