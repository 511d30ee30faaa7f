"""``harness notices``: what was told, to whom, and whether it has arrived."""

from dataclasses import asdict
from typing import Annotated

from django.utils import timezone
from typer import Option

from migration_harness import queries
from migration_harness.authority import actions
from migration_harness.cli.acting import actor, ask, verb
from migration_harness.cli.output import Json, Reason, console, print_json, table, telling
from migration_harness.moments import moment
from migration_harness.queries import KnownDelivery, KnownNotice
from migration_harness.rollout.notices.again import deliver_again
from migration_harness.wording import counted

Since = Annotated[
    str, Option("--since", metavar="T", help="Notices from then on, and older ones that have not arrived.")
]
Retry = Annotated[int | None, Option("--retry", metavar="N", help="Try again what was given up of this notice.")]


@verb()
def notices(*, since: Since = "7d", retry: Retry = None, reason: Reason = "", json: Json = False) -> None:
    """List what people and their systems were told, to whom, and whether it has arrived or why not."""
    if retry is not None:
        _retry(retry, reason=reason, json=json)
        return
    begin = moment(since, now=timezone.now())
    found = [*queries.notices_since(begin), *queries.open_notices(before=begin)]
    if json:
        print_json([asdict(each) for each in found])
        return
    rows = table("Number", "At (UTC)", "Kind", "Subject", "What", "Told")
    for each in found:
        rows.add_row(
            str(each.number), f"{each.at:%Y-%m-%d %H:%M:%S}", each.kind, each.subject, each.sentence, _told(each)
        )
    console().print(rows if found else f"Nothing was told since {begin:%Y-%m-%d %H:%M} UTC.")


def _retry(number: int, *, reason: str, json: bool) -> None:
    ask(actions.TELL_AGAIN, subject=f"notice {number}")
    count = deliver_again(number=number, actor=actor(), reason=reason)
    done = f"Told again, {counted(count, 'time')}: notice {number}."
    with telling(done):
        if json:
            print_json({"number": number, "deliveries": count})
        else:
            console().print(done)


def _told(notice: KnownNotice) -> str:
    return "; ".join(map(_one, notice.deliveries)) or notice.state


def _one(delivery: KnownDelivery) -> str:
    whom = delivery.target or delivery.channel
    if delivery.delivered_at is not None:
        return f"{whom} at {delivery.delivered_at:%H:%M:%S}"
    why = f", {delivery.answer}" if delivery.answer else ""
    return f"{whom}: {delivery.state.replace('_', ' ')} after {counted(delivery.attempts, 'attempt')}{why}"
