"""How somebody is told: by a signed webhook, or by e-mail. Each raises NotAnswered where it could not be done."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core import mail

from migration_harness.models import Notice, NoticeDelivery
from migration_harness.rollout.notices.posting import NotAnswered, post
from migration_harness.rollout.notices.receivers import Endpoint, Receivers
from migration_harness.rollout.notices.within import TookTooLong, within

Channel = NoticeDelivery.Channel

EMAIL_SECONDS: Final = 60
"""How long a mail server may take as a whole. What it takes after that is sent again: people get that twice."""


class NobodyThere(Exception):
    """The settings no longer name whoever was to be told."""


def send(delivery: NoticeDelivery, *, told: Receivers, now: datetime) -> str:
    """Tell whoever a delivery is for, and return what came of it; raises NotAnswered and NobodyThere."""
    return _WAYS[Channel(delivery.channel)](delivery, told, now)


def body_of(kind: str, *, at: datetime, data: Mapping[str, Any]) -> bytes:
    """Return the body of a webhook: the same bytes for the same notice."""
    content = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def _by_webhook(delivery: NoticeDelivery, told: Receivers, now: datetime) -> str:
    return _posted(delivery, told, now, to=told.webhook, what="webhook")


def _to_keeper(delivery: NoticeDelivery, told: Receivers, now: datetime) -> str:
    return _posted(delivery, told, now, to=told.heads, what="keeper of heads")


def _posted(delivery: NoticeDelivery, told: Receivers, now: datetime, *, to: Endpoint | None, what: str) -> str:
    if to is None:
        raise NobodyThere(f"the settings name no {what} any more")
    answered = post(
        to,
        secrets=told.secrets,
        key=str(delivery.notice.key),
        at=int(now.timestamp()),
        body=_notice_body(delivery.notice),
        seconds=told.timeout_seconds,
    )
    return f"answered {answered.status}"


def _notice_body(notice: Notice) -> bytes:
    data = {"subject": notice.subject, "sentence": notice.sentence, "details": notice.details}
    return body_of(notice.kind, at=notice.at, data=data)


def _by_email(delivery: NoticeDelivery, told: Receivers, now: datetime) -> str:  # noqa: ARG001  As of every channel.
    if delivery.target not in told.emails:
        raise NobodyThere("the settings do not name this address any more")
    try:
        sent = within(EMAIL_SECONDS, lambda: _mailed(delivery, seconds=told.timeout_seconds))
    except TookTooLong as error:
        raise NotAnswered(f"the mail server: {error}") from None
    except Exception as error:  # noqa: BLE001  Of whatever backend the host has.
        # Its message may hold what was said at a sign-in.
        raise NotAnswered(f"the mail server took nothing: {type(error).__name__}") from None
    if not sent:
        raise NotAnswered("the mail server took nothing")
    return "taken by the mail server"


def _mailed(delivery: NoticeDelivery, *, seconds: int) -> int:
    connection = mail.get_connection()
    # A backend without a limit of its own waits for ever for each step.
    if getattr(connection, "timeout", seconds) is None:
        connection.timeout = seconds  # type: ignore[attr-defined]  # Of SMTP.
    message = _message(delivery)
    message.connection = connection
    return int(message.send())


def _message(delivery: NoticeDelivery) -> mail.EmailMessage:
    notice = delivery.notice
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    lines = [notice.sentence, "", *(f"{name}: {value}" for name, value in notice.details.items())]
    lines += ["", f"Notice {notice.pk} of {notice.at:%Y-%m-%d %H:%M:%S} UTC. All of them: harness notices"]
    return mail.EmailMessage(
        subject=f"[migration] {notice.subject}: {notice.kind.replace('_', ' ')}",
        body="\n".join(lines),
        to=[delivery.target],
        # The same at each attempt, so that a mailbox can tell one that came twice.
        headers={"Message-ID": f"<{notice.key}.{delivery.pk}@{domain}>", "Auto-Submitted": "auto-generated"},
    )


_WAYS: Final[Mapping[NoticeDelivery.Channel, Callable[[NoticeDelivery, Receivers, datetime], str]]] = {
    Channel.WEBHOOK: _by_webhook,
    Channel.EMAIL: _by_email,
    Channel.HEADS: _to_keeper,
}
