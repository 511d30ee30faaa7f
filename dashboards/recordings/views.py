"""The pages of recorded operations."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.recordings.rows import recording_page, recordings_page
from dashboards.rendering import not_found, page
from migration_harness.api import HarnessError
from migration_harness.authority import actions


@page_for(actions.LOOK)
def recordings(request: HttpRequest) -> HttpResponse:
    """List the newest operations that were recorded; of one kind, or only those that break a law."""
    return page(
        request,
        "dashboards/recordings/recordings.html",
        title="Recorded operations",
        at=timezone.now(),
        page=recordings_page(kind=request.GET.get("kind", ""), broken=request.GET.get("unlawful") == "yes"),
    )


@page_for(actions.LOOK)
def recording(request: HttpRequest, number: int) -> HttpResponse:
    """Show one with what it was given, its laws, its rows before and after, and what others noticed."""
    try:
        found = recording_page(number)
    except HarnessError as error:
        return not_found(request, error)
    return page(request, "dashboards/recordings/recording.html", title=f"Recording {number}", page=found)
