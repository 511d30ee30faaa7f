"""The pages of rollouts: all of them, and that of one flag."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import actor_of, page_for
from dashboards.approval_rows import open_of_flag
from dashboards.rendering import not_found, page
from dashboards.rollouts.rows import rollout_page, rollout_rows
from migration_harness import queries
from migration_harness.api import HarnessError
from migration_harness.authority import actions


@page_for(actions.LOOK)
def rollouts(request: HttpRequest) -> HttpResponse:
    """List the rollouts, those under way first."""
    rows, hidden = rollout_rows()
    under_way = {row.found.flag for row in rows if row.found.ended_at is None}
    return page(
        request,
        "dashboards/rollouts/list.html",
        title="Rollouts",
        at=timezone.now(),
        rows=rows,
        hidden=hidden,
        flags=[each for each in queries.flag_statuses() if each.name not in under_way],
    )


@page_for(actions.LOOK)
def rollout(request: HttpRequest, name: str) -> HttpResponse:
    """Show the rollout of a flag that is under way, else its newest one; also where none was ever started."""
    try:
        shown = rollout_page(queries.flag_status(name))
    except HarnessError as error:
        return not_found(request, error)
    return page(
        request,
        "dashboards/rollouts/rollout.html",
        title=f"Rollout of {name}",
        at=timezone.now(),
        page=shown,
        outcome=shown.outcome,
        approvals=open_of_flag(name, by=actor_of(request)),
    )
