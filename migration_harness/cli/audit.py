"""``harness audit``: who changed what."""

import json as jsons
from pathlib import Path
from typing import Annotated

from typer import Option

from migration_harness import queries
from migration_harness.cli.acting import verb
from migration_harness.cli.output import Json, console, print_json, table
from migration_harness.models import AuditEvent
from migration_harness.trail import audit as trail
from migration_harness.trail.publishing import published_heads
from migration_harness.trail.traces import approval_in


@verb()
def audit(
    *,
    verify: Annotated[bool, Option("--verify", help="Check the chain of hashes.")] = False,
    head: Annotated[str, Option("--head", help="With --verify: a hash that was logged, which must be there.")] = "",
    published: Annotated[
        Path | None,
        Option("--published", "--heads", help="With --verify: a file of heads that were published or received."),
    ] = None,
    flag: Annotated[str | None, Option(help="Only of this flag.")] = None,
    limit: Annotated[int, Option(min=1, help="The newest N events.")] = 50,
    json: Json = False,
) -> None:
    """Show the audit trail, newest first, or verify it."""
    if verify or head or published:
        heads = published_heads(published) if published else []
        found = trail.verified(head=head, published=heads)
        if json:
            told = {"events": found.events, "intact": True} | ({"since": found.since} if head else {})
            print_json(told | ({"published": len(heads)} if published else {}))
        else:
            if published:
                console().print(f"It has every one of the {len(heads):,} heads in {published}.")
            since = f" {found.since:,} since the head that you named." if head else ""
            console().print(f"{found.events:,} events, the chain is intact.{since}")
            console().print(f"Its head is {found.head}. Keep it outside of this database.")
        return
    events = queries.audit_events(subject=flag, limit=limit)
    if json:
        fields = ("id", "at", "actor", "action", "subject", "before", "after", "reason", "evidence", "hash")
        print_json([{name: getattr(event, name) for name in fields} for event in events])
        return
    rows = table("At (UTC)", "Who", "Did", "To", "Before", "After", "Reason")
    unsigned = {found.pk for found in queries.not_countersigned()}
    for event in events:
        before, after = jsons.dumps(event.before), jsons.dumps(event.after)
        rows.add_row(
            f"{event.at:%Y-%m-%d %H:%M:%S}",
            event.actor,
            _did(event, unsigned),
            event.subject,
            before,
            after,
            event.reason,
        )
    console().print(rows)


def _did(event: AuditEvent, unsigned: set[int]) -> str:
    """Return what was done, and of what needs two people by whose word."""
    approval = approval_in(event)
    if approval is None or event.subject == f"approval {approval['number']}":
        return event.action
    word = f"approved by {approval['approved_by']}" if approval["approved_by"] else "passed alone"
    return f"{event.action} ({'not countersigned' if approval['number'] in unsigned else word})"
