"""The page of legacy code."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.commands import HARNESS, Command
from dashboards.rendering import page
from dashboards.retiring.rows import legacy_page
from migration_harness.authority import actions

COMMANDS: Final = (
    Command(purpose="The same, with the lines of each file", line=f"{HARNESS} legacy executed"),
    Command(purpose="What remains of legacy code", line=f"{HARNESS} legacy scan"),
)


@page_for(actions.LOOK)
def legacy(request: HttpRequest) -> HttpResponse:
    """Show who executed legacy code or used its data, what nobody can know, and which backups were tried out."""
    now = timezone.now()
    return page(
        request,
        "dashboards/retiring/legacy.html",
        title="Legacy",
        at=now,
        page=legacy_page(now=now),
        commands=COMMANDS,
    )
