"""What was asked of a second person as pages show it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from dashboards.labels import APPROVALS, Label
from dashboards.names import Names
from dashboards.previews import Fact
from migration_harness import queries
from migration_harness.authority.actors import Actor
from migration_harness.authority.approvals import asked_of
from migration_harness.authority.asked import Act, Asked, Value, told
from migration_harness.authority.persons import is_asker
from migration_harness.control.forward import MEMBER
from migration_harness.models import Approval

SHOWN: Final = 10
"""Approvals on the page of a flag."""
_ANSWERS: Final = ("approve", "refuse")
_OF_ASKER: Final = ("withdraw",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """One approval in one line, and what whoever looks may answer."""

    row: Approval
    state: Label
    decisions: tuple[str, ...]

    @classmethod
    def of(cls, found: Approval, *, by: Actor, now: datetime) -> "ApprovalRow":
        """Return the row as this person sees it."""
        standing = queries.standing_of(found, now=now)
        return cls(row=found, state=APPROVALS[standing], decisions=_decisions(found, standing, by))


def approval_rows(found: Iterable[Approval], *, by: Actor) -> list[ApprovalRow]:
    """Return rows in their order."""
    now = timezone.now()
    return [ApprovalRow.of(each, by=by, now=now) for each in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenApprovals:
    """What of one flag waits for a person, the newest first; ``hidden`` are more, which the page of approvals has."""

    rows: list[ApprovalRow]
    hidden: int


def open_of_flag(name: str, *, by: Actor) -> OpenApprovals:
    """Return what waits for a person on the page of a flag, so many however many there are."""
    found, total = queries.open_approvals(subject=name, now=timezone.now(), most=SHOWN)
    return OpenApprovals(rows=approval_rows(found, by=by), hidden=total - len(found))


def facts_of(asked: Asked) -> list[Fact]:
    """Return exactly what was asked, a line a value; accounts by their names."""
    named = {**asked.request, **asked.numbers}
    names = Names([name.removeprefix(MEMBER) for name in named if name.startswith(MEMBER)])
    return [
        Fact(term=names.of(name.removeprefix(MEMBER)) if name.startswith(MEMBER) else name, text=told(value))
        for name, value in named.items()
    ]


def page_of_act(found: Approval) -> str:
    """Return the address where an approved act is done; empty where the command alone says all of it."""
    asked = asked_of(found)
    match asked.act:
        case Act.DEBIT if "," not in str(asked.request["accounts"]):
            return f"{reverse('dashboards:heal')}?{urlencode(_of_heal(asked.request))}"
        case Act.GO_LIVE:
            return reverse("dashboards:flag", args=[found.subject])
    return ""


def _of_heal(request: Mapping[str, Value]) -> dict[str, str]:
    account = "" if request["accounts"] == "all" else f"id:{request['accounts']}"
    said = {name: str(request[name] or "") for name in ("since", "until", "against")}
    return said | {"account": account}


def _decisions(found: Approval, standing: str, by: Actor) -> tuple[str, ...]:
    asks = is_asker(by, found)
    if standing == queries.NOT_COUNTERSIGNED:
        return () if asks else ("countersign",)
    if standing == Approval.State.ASKED:
        return _OF_ASKER if asks else _ANSWERS
    return _OF_ASKER if standing == Approval.State.APPROVED and asks else ()
