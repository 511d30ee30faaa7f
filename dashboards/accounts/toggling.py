"""One account moved by one click: at once, by the same operation as the command's, and told in a line with its undo."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from dashboards.access import actor_of
from dashboards.accounts.cells import Toggle, toggle_in
from dashboards.flips import Flipped
from dashboards.gate_rows import ReasonRow, reason_rows
from dashboards.statuses import status_of
from dashboards.two_people import awaited_by
from migration_harness import queries
from migration_harness.accounts import BY_ID, AccountInfo
from migration_harness.api import HarnessError
from migration_harness.control.flips import FlagChange
from migration_harness.control.rollback import change_flag
from migration_harness.exceptions import GateClosed, NotAllowed
from migration_harness.queries import account_to_move, membership_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What came of a toggle.

    Attributes:
        sentence: What was done, or why nothing was.
        status: Of the answer.
        done: Whether it moved what it asks for.
        reasons: Why the plan refuses it.
        awaits: The number of the approval that it waits for.
        undo: What a button sends that takes it back; empty where there is nothing to take back.
        looks: The address where it is looked at whole; there a superuser may pass what is refused.
    """

    sentence: str
    status: int
    done: bool = False
    reasons: tuple[ReasonRow, ...] = ()
    awaits: int | None = None
    undo: str = ""
    looks: str = ""


def toggled(request: HttpRequest) -> Told:
    """Do what the button asks for that was pressed. Raises NotAllowed."""
    asked = None
    try:
        asked = toggle_in(request.POST.get("to", ""))
        queries.flag_status(asked.flag)
        return _toggled(request, asked)
    except NotAllowed:
        raise
    except GateClosed as error:
        status, reasons = status_of(type(error)), tuple(reason_rows(error.refused))
        return Told(sentence=error.lead, status=status, reasons=reasons, looks=_looks(asked))
    except HarnessError as error:
        status = status_of(type(error))
        return Told(sentence=str(error), status=status, awaits=awaited_by(error), looks=_looks(asked))


def _toggled(request: HttpRequest, asked: Toggle) -> Told:
    _, known = account_to_move(flag=asked.flag, text=BY_ID + asked.account_id, membership=asked.membership)
    before = queries.snapshot()
    change = FlagChange(account_id=asked.account_id, membership=asked.membership)
    actor, reason = actor_of(request), request.POST.get("reason", "")
    made = Flipped.by(lambda: change_flag(name=asked.flag, change=change, actor=actor, reason=reason), change=change)
    was = before.decide(asked.flag, asked.account_id).stage
    now = queries.snapshot().decide(asked.flag, asked.account_id).stage
    stages = f"{was} → {now}" if was != now else f"{now}, as before"
    done = made.held is None or not made.held.is_failure
    undo = Toggle(
        flag=asked.flag,
        account_id=asked.account_id,
        membership=membership_of(before.flags[asked.flag], asked.account_id),
    )
    return Told(
        sentence=f"{_name(asked, known)} under {asked.flag}: {asked.membership}, {stages}. {made.sentence}",
        status=HTTPStatus.OK if done else HTTPStatus.CONFLICT,
        done=done,
        undo=undo.text if undo != asked else "",
    )


def _name(asked: Toggle, known: AccountInfo | None) -> str:
    return f"Account {asked.account_id}" if known is None else known.name


def _looks(asked: Toggle | None) -> str:
    """Return where a refused toggle is looked at."""
    if asked is None:
        return ""
    query = urlencode({"account": BY_ID + asked.account_id, "membership": asked.membership})
    return f"{reverse('dashboards:account', args=[asked.flag])}?{query}"
