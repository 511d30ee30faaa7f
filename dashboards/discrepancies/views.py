"""The page that lists discrepancies."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.discrepancies.rows import discrepancies_page
from dashboards.discrepancies.table import DISCREPANCIES
from dashboards.rendering import page
from dashboards.tables import Listed, Shown, shown
from migration_harness.authority import actions


@page_for(actions.LOOK)
def discrepancies(request: HttpRequest) -> HttpResponse:
    """List what needs a review, and what does not; or send the first as a file."""
    found = discrepancies_page(now=timezone.now())
    listed = shown(request, DISCREPANCIES, Listed(DISCREPANCIES, found.open))
    if not isinstance(listed, Shown):
        return listed
    return page(request, "dashboards/discrepancies/discrepancies.html", title="Discrepancies", page=found, shown=listed)
