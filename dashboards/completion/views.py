"""The pages of the migration's end: its criteria, and the errors of the log."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.completion.rows import criteria_page, errors_page
from dashboards.rendering import page
from migration_harness.authority import actions
from migration_harness.exceptions import HarnessMisconfigured


@page_for(actions.LOOK)
def criteria(request: HttpRequest) -> HttpResponse:
    """Show whether the migration is complete, and what is still missing; a plan may declare no end."""
    now, refused, shown = timezone.now(), "", None
    try:
        shown = criteria_page(now=now)
    except HarnessMisconfigured as error:
        refused = str(error)
    return page(request, "dashboards/completion/criteria.html", title="Criteria", at=now, page=shown, refused=refused)


@page_for(actions.LOOK)
def errors(request: HttpRequest) -> HttpResponse:
    """Show the errors of the log, and whether the days were quiet."""
    now = timezone.now()
    return page(request, "dashboards/completion/errors.html", title="Errors", at=now, page=errors_page(now=now))
