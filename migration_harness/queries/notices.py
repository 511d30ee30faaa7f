"""Notices as lists show them: what was told, to whom, and whether it has arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from django.db.models import Count, Min, Prefetch, Q, QuerySet

from migration_harness.exceptions import UnknownNotice
from migration_harness.models import Notice, NoticeDelivery

NOTICE_STATES: Final = ("not addressed", "waiting", "given_up", "delivered", "dropped", "nobody")
"""Where a notice may stand: the first of these that one of its deliveries is in; nobody: there is nobody to tell."""
UNADDRESSED: Final = "unaddressed"
_OF_HEADS: Final = "head_published"
_MOST: Final = 1_000
_MOST_HOLDS: Final = 100
_READ: Final = "deliveries_read"
_OPEN: Final = (NoticeDelivery.State.WAITING, NoticeDelivery.State.GIVEN_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDelivery:
    """A notice on its way to one who is told. ``target`` is an e-mail's address, empty for the webhook."""

    channel: str
    target: str
    state: str
    attempts: int
    next_at: datetime | None
    answer: str
    delivered_at: datetime | None

    @classmethod
    def of(cls, row: NoticeDelivery) -> Self:
        """Return it as it is; when it is tried next is said only where it is tried again."""
        return cls(
            channel=row.channel,
            target=row.target,
            state=row.state,
            attempts=row.attempts,
            next_at=row.next_at if row.state == NoticeDelivery.State.WAITING else None,
            answer=row.answer,
            delivered_at=row.delivered_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNotice:
    """What was told, and what became of it. ``key`` is what a receiver knows it by."""

    number: int
    key: UUID
    kind: str
    subject: str
    sentence: str
    details: Mapping[str, Any]
    at: datetime
    state: str
    deliveries: tuple[KnownDelivery, ...]

    @classmethod
    def of(cls, row: Notice) -> Self:
        """Return a notice whose deliveries were read with it."""
        deliveries = tuple(KnownDelivery.of(each) for each in getattr(row, _READ))
        return cls(
            number=row.pk,
            key=row.key,
            kind=row.kind,
            subject=row.subject,
            sentence=row.sentence,
            details=row.details,
            at=row.at,
            state=_standing(deliveries) if row.addressed else NOTICE_STATES[0],
            deliveries=deliveries,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBacklog:
    """What one channel has not delivered. ``oldest_at`` is of what waits, None where nothing does.

    The channel UNADDRESSED has what no worker has given anybody's address yet.
    """

    channel: str
    waiting: int
    given_up: int
    oldest_at: datetime | None


def notices_since(since: datetime, *, subject: str | None = None) -> list[KnownNotice]:
    """Return the notices from then on, of a subject or all, the newest first; 1,000 at most.

    Heads of the trail come each minute and are for no person: they are listed by their subject alone.
    """
    rows = Notice.objects.filter(at__gte=since)
    return _known(rows.exclude(kind=_OF_HEADS) if subject is None else rows.filter(subject=subject))


def notice(number: int) -> KnownNotice:
    """Return one. Raises UnknownNotice."""
    found = _known(Notice.objects.filter(pk=number))
    if not found:
        raise UnknownNotice(f"There is no notice {number}. List them: python manage.py harness notices")
    return found[0]


def holds_told(*, flag: str, rollout: int, since: datetime) -> list[tuple[datetime, str]]:
    """Return when it was told that a rollout holds, and why, the newest first: what no change of anything tells."""
    rows = Notice.objects.filter(at__gte=since, subject=flag, details__contains={"rollout": rollout, "change": "holds"})
    return list(rows.order_by("-id").values_list("at", "sentence")[:_MOST_HOLDS])


def open_notices(*, before: datetime | None = None) -> list[KnownNotice]:
    """Return what has not arrived: what waits, was given up or has no address yet; the newest first, 1,000 at most.

    ``before``: only what was told earlier.
    """
    late = NoticeDelivery.objects.filter(state__in=_OPEN).values("notice")
    rows = Notice.objects.filter(Q(addressed=False) | Q(pk__in=late))
    return _known(rows if before is None else rows.filter(at__lt=before))


def notice_backlogs() -> list[NoticeBacklog]:
    """Return what each channel has not delivered, also where that is nothing."""
    counted = NoticeDelivery.objects.filter(state__in=_OPEN).values("channel").order_by("channel")
    waits = Q(state=NoticeDelivery.State.WAITING)
    rows = counted.annotate(
        waiting=Count("id", filter=waits), every=Count("id"), oldest=Min("notice__at", filter=waits)
    )
    found = {row["channel"]: (row["waiting"], row["every"] - row["waiting"], row["oldest"]) for row in rows}
    new = Notice.objects.filter(addressed=False).aggregate(waiting=Count("id"), oldest=Min("at"))
    found[UNADDRESSED] = (new["waiting"], 0, new["oldest"])
    return [
        NoticeBacklog(channel=channel, waiting=waiting, given_up=given_up, oldest_at=oldest)
        for channel in (*NoticeDelivery.Channel.values, UNADDRESSED)
        for waiting, given_up, oldest in [found.get(channel, (0, 0, None))]
    ]


def _known(rows: QuerySet[Notice]) -> list[KnownNotice]:
    # To a list: a manager makes a query of its own for each notice, though what it asks for has been read.
    deliveries = Prefetch("deliveries", NoticeDelivery.objects.order_by("id"), to_attr=_READ)
    return [KnownNotice.of(row) for row in rows.order_by("-id").prefetch_related(deliveries)[:_MOST]]


def _standing(deliveries: tuple[KnownDelivery, ...]) -> str:
    states = {each.state for each in deliveries}
    return next((state for state in NOTICE_STATES if state in states), NOTICE_STATES[-1])
