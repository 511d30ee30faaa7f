"""What the page of notices shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashboards.labels import Label, Tone
from migration_harness import queries
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.models import NoticeDelivery
from migration_harness.plan import plan
from migration_harness.queries import KnownDelivery, KnownNotice, NoticeBacklog
from migration_harness.rollout.notices.receivers import Receivers, receivers
from migration_harness.wording import counted

DAYS: Final = 30
MOST: Final = 50
"""Notices that are shown; the API pages through all."""

STATES: Final = {
    "not addressed": Label(mark="…", word="new", tone=Tone.WAITING, meaning="No worker has addressed it yet."),
    "waiting": Label(mark="↻", word="waiting", tone=Tone.WAITING, meaning="It is tried until it arrives."),
    "given_up": Label(mark="✗", word="given up", tone=Tone.BAD, meaning="Nobody took it for days."),
    "delivered": Label(mark="✓", word="arrived", tone=Tone.GOOD, meaning="Whoever is told has it."),
    "dropped": Label(mark="■", word="dropped", tone=Tone.PLAIN, meaning="Whoever was to be told is told no more."),
    "nobody": Label(mark="–", word="log only", tone=Tone.PLAIN, meaning="The settings name nobody to tell."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A notice on its way to one who is told."""

    known: KnownDelivery
    whom: str
    label: Label
    tries: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice in one line; ``change`` is what became of a rollout, ``flag`` the one that it is about, if it is one."""

    known: KnownNotice
    label: Label
    change: str
    flag: str
    deliveries: list[DeliveryRow]

    @property
    def is_given_up(self) -> bool:
        """Whether some of it can be delivered again."""
        return any(each.known.state == NoticeDelivery.State.GIVEN_UP for each in self.deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A way of telling: whom, and what has not arrived by it."""

    name: str
    whom: str
    backlog: NoticeBacklog


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesPage:
    """The whole page. ``misconfigured`` says what is wrong with the settings; ``asked`` is who may veto a step."""

    rows: list[NoticeRow]
    hidden: int
    channels: list[ChannelRow]
    asked: str
    misconfigured: str
    waiting: int
    given_up: int
    states: list[tuple[str, Label]]


def notices_page(*, state: str, now: datetime) -> NoticesPage:
    """Read what was told lately and what has not arrived, of one state or all of them."""
    found = [each for each in _lately(now) if state in ("", each.state)]
    backlogs = queries.notice_backlogs()
    told, misconfigured = _receivers()
    flags = {flag.name for flag in plan().flags}
    return NoticesPage(
        rows=[_row(each, flags) for each in found[:MOST]],
        hidden=max(0, len(found) - MOST),
        channels=[_channel(each, told) for each in backlogs],
        asked=told.confirm.host if told is not None and told.confirm is not None else "",
        misconfigured=misconfigured,
        waiting=sum(each.waiting for each in backlogs),
        given_up=sum(each.given_up for each in backlogs),
        states=list(STATES.items()),
    )


def delivery_row(known: KnownDelivery) -> DeliveryRow:
    """Return a delivery as a page shows it."""
    return DeliveryRow(
        known=known,
        whom=known.target or known.channel,
        label=STATES[known.state],
        tries=counted(known.attempts, "attempt"),
    )


def _lately(now: datetime) -> Iterable[KnownNotice]:
    """Return what was told in the last days, and behind it what is older and has not arrived."""
    begin = now - timedelta(days=DAYS)
    return [*queries.notices_since(begin), *queries.open_notices(before=begin)]


def _receivers() -> tuple[Receivers | None, str]:
    try:
        return receivers(), ""
    except HarnessMisconfigured as error:
        return None, str(error)


def _channel(backlog: NoticeBacklog, told: Receivers | None) -> ChannelRow:
    whom, name = "not known", backlog.channel
    match backlog.channel:
        case NoticeDelivery.Channel.WEBHOOK if told is not None:
            whom = told.webhook.host if told.webhook else "nobody"
        case NoticeDelivery.Channel.EMAIL if told is not None:
            whom = ", ".join(told.emails) or "nobody"
        case NoticeDelivery.Channel.HEADS if told is not None:
            whom, name = told.heads.host if told.heads else "nobody", "heads of the trail"
        case queries.UNADDRESSED:
            whom, name = "whoever the settings name when a worker comes by", "not addressed yet"
    return ChannelRow(name=name, whom=whom, backlog=backlog)


def _row(known: KnownNotice, flags: set[str]) -> NoticeRow:
    change = str(known.details.get("change", ""))
    return NoticeRow(
        known=known,
        label=STATES[known.state],
        change="" if change == known.kind else change,
        flag=known.subject if known.subject in flags else "",
        deliveries=[delivery_row(each) for each in known.deliveries],
    )
