"""The page that lists discrepancies, and the part of it that stays live."""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.discrepancies.rows import discrepancies_page
from dashboards.discrepancies.table import DISCREPANCIES
from dashboards.rendering import is_part, page, part
from dashboards.tables import Listed, Shown, shown
from migration_harness import queries
from migration_harness.authority import actions

KEYS: Final = {"j": "The next one", "k": "The one before", "Enter": "Open it", "/": "Find", "?": "These keys"}


@page_for(actions.LOOK)
def discrepancies(request: HttpRequest) -> HttpResponse:
    """List what needs a review, and what does not; or send the first as a file.

    Asked as a part with the ``pulse`` that it was shown at, it is nothing until something has happened.
    """
    request.GET = asked = request.GET.copy()  # type: ignore[assignment]  # A copy that can be changed.
    pulse = asked.pop("pulse", [""])[-1]
    if is_part(request) and pulse == queries.pulse():
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    found = discrepancies_page(request.GET, now=timezone.now())
    listed = shown(request, DISCREPANCIES, Listed(DISCREPANCIES, found.open))
    if not isinstance(listed, Shown):
        return listed
    if is_part(request):
        return part(request, "dashboards/discrepancies/_found.html", page=found, shown=listed)
    return page(
        request,
        "dashboards/discrepancies/discrepancies.html",
        title="Discrepancies",
        page=found,
        shown=listed,
        keys=KEYS,
    )
