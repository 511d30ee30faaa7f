"""``harness approvals``: what needs two people, and a second person's answer."""

from typing import Annotated, Any

from django.utils import timezone
from django_typer.management import Typer
from typer import Argument, Context, Option

from migration_harness import queries
from migration_harness.approving import answering
from migration_harness.approving.now import changes
from migration_harness.authority import actions
from migration_harness.authority.approvals import OPEN, asked_of
from migration_harness.authority.asked import told
from migration_harness.cli.acting import ask, verb, whoever
from migration_harness.cli.output import Json, Reason, console, print_json, table, telling
from migration_harness.cli.screen import bold, warning
from migration_harness.models import Approval

Number = Annotated[int, Argument(help="The number of the approval.")]

_WAITING = ("asked", "approved", queries.NOT_COUNTERSIGNED)


@verb()
def list_(
    *,
    every: Annotated[bool, Option("--all", help="Also what is done, refused, withdrawn, expired or void.")] = False,
    json: Json = False,
) -> None:
    """List what waits for a second person or can be done, and what nobody has countersigned."""
    now = timezone.now()
    found = [(each, queries.standing_of(each, now=now)) for each in queries.approvals()]
    shown = [(each, standing) for each, standing in found if every or standing in _WAITING]
    if json:
        print_json([queries.approval_described(each, now=now) for each, _ in shown])
        return
    rows = table("Number", "State", "Act", "What", "Asked by", "Answered by", "Until (UTC)")
    for each, standing in shown:
        until = f"{each.expires_at:%Y-%m-%d %H:%M}"
        rows.add_row(str(each.pk), standing, each.act, each.sentence, each.asker, each.approver, until)
    console().print(rows if shown else "Nothing waits for a second person.")


@verb()
def show(number: Number, *, json: Json = False) -> None:
    """Show exactly what was asked, and what of it is another now."""
    _print(queries.approval(number), json=json)


@verb(approves=True)
def approve(number: Number, *, reason: Reason = "", json: Json = False) -> None:
    """Approve what another person asked, with your own password or token."""
    _answer("approve", number, reason=reason, json=json)


@verb(approves=True)
def refuse(number: Number, *, reason: Reason = "", json: Json = False) -> None:
    """Refuse what another person asked, with your own password or token; a reason is needed."""
    _answer("refuse", number, reason=reason, json=json)


@verb()
def withdraw(number: Number, *, reason: Reason = "", json: Json = False) -> None:
    """Take back what you asked yourself."""
    _answer("withdraw", number, reason=reason, json=json)


@verb(approves=True)
def countersign(number: Number, *, reason: Reason = "", json: Json = False) -> None:
    """Sign as the second person what a superuser passed alone, with your own password or token."""
    _answer("countersign", number, reason=reason, json=json)


def _answer(decision: str, number: int, *, reason: str, json: bool) -> None:
    ask(actions.ASK if decision == "withdraw" else actions.APPROVE, subject=f"approval {number}")
    done = answering.ANSWERS[decision](number=number, by=whoever(), reason=reason)
    with telling(f"Approval {number} is {queries.standing_of(done, now=timezone.now())}."):
        _print(done, json=json)


def _print(found: Approval, *, json: bool) -> None:
    now = timezone.now()
    changed = changes(found, now=now) if found.state in OPEN else []
    if json:
        print_json(queries.approval_described(found, now=now) | {"changed": changed})
        return
    out, standing = console(), queries.standing_of(found, now=now)
    out.print(bold(f"{found.name.capitalize()} is {standing}:"), found.sentence)
    why = f": {found.reason}" if found.reason else ""
    until = f"{found.expires_at:%Y-%m-%d %H:%M}"
    out.print(f"Asked by {found.asker} at {found.asked_at:%Y-%m-%d %H:%M} UTC, until {until}{why}")
    if found.approver:
        out.print(f"Answered by {found.approver}{f': {found.said}' if found.said else ''}")
    asked = asked_of(found)
    rows = table("Exactly what was asked", "")
    for name, value in {**asked.request, **asked.numbers}.items():
        rows.add_row(name, told(value))
    out.print(rows)
    for change in changed:
        out.print(warning("No longer so:"), change)
    if standing == Approval.State.APPROVED and found.again:
        # On one line: the command in it is to be copied.
        out.print(f"To be done once, with the same numbers: {found.again}", soft_wrap=True)


app: Any = Typer(help="List and answer what needs two people.", invoke_without_command=True)


@app.callback()
def all_that_waits(context: Context) -> None:
    """List and answer what needs two people."""
    if context.invoked_subcommand is None:
        list_()


app.command("list")(list_)
for each in (show, approve, refuse, withdraw, countersign):
    app.command()(each)
