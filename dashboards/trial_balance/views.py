"""The page of the trial balance."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.commands import HARNESS, Command
from dashboards.rendering import page
from dashboards.trial_balance.rows import trial_balance_page
from migration_harness.authority import actions

COMMANDS: Final = (
    Command(purpose="Check what is new now", line=f"{HARNESS} trial-balance"),
    Command(purpose="Look at every row again, however old", line=f"{HARNESS} trial-balance --full"),
)


@page_for(actions.LOOK)
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Show whether every invariant of the ledger, its evidence and the trail holds."""
    return page(
        request,
        "dashboards/trial_balance/trial_balance.html",
        title="Trial balance",
        at=timezone.now(),
        page=trial_balance_page(request),
        commands=COMMANDS,
    )
