"""The page of changes: the audit trail as people read it."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dashboards.access import page_for
from dashboards.names import Names
from dashboards.rendering import page
from dashboards.tables import Column, Shown, Table, shown
from dashboards.trail import Event, accounts_in
from migration_harness import queries
from migration_harness.authority import actions

CHANGES = Table[Event](
    name="changes",
    caption="Changes",
    empty="Nothing has been changed yet.",
    columns=(
        Column(name="at", title="At", value=lambda event: event.row.at, sorts=False),
        Column(name="actor", title="Who", value=lambda event: event.row.actor, sorts=False),
        Column(name="action", title="Did", value=lambda event: event.row.action, sorts=False),
        Column(name="subject", title="To", value=lambda event: event.row.subject, sorts=False),
        Column(name="change", title="Change", value=lambda event: event.change, sorts=False),
        Column(name="reason", title="Why", value=lambda event: event.row.reason, sorts=False),
    ),
)


class Trail:
    """The events of the trail, newest first: they have one order."""

    def count(self) -> int:
        """Return how many there are."""
        return queries.audit_trail().count()

    def page(self, *, sort: str, descending: bool, offset: int, limit: int) -> Sequence[Event]:  # noqa: ARG002
        """Return some of them, with the names of their accounts, which are asked for at once."""
        found = list(queries.audit_trail()[offset : offset + limit])
        names = Names(accounts_in(found))
        unsigned = {each.pk for each in queries.not_countersigned()}
        return [Event.of(row, names, unsigned) for row in found]


@page_for(actions.LOOK)
def changes(request: HttpRequest) -> HttpResponse:
    """Show who changed what, and why; or send it as a file."""
    found = shown(request, CHANGES, Trail())
    if not isinstance(found, Shown):
        return found
    return page(request, "dashboards/changes/changes.html", title="Changes", shown=found, at=timezone.now())
