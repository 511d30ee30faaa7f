"""Whoever is told of what happens, by webhooks and by e-mail: each kind of notice once, of errors that quote a key."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from igny8_core.ai.seams import quality_tier
from igny8_core.auth.models import Account
from igny8_core.business.billing.seams import credit_cost
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.log import recorder
from migration_harness.log.folding import fold
from migration_harness.models import NoticeDelivery
from migration_harness.rollout.automatic.acting import Acting
from migration_harness.rollout.notices import lanes, rising
from migration_harness.rollout.notices.confirming import confirm
from migration_harness.rollout.starting import Wish, prepare, start
from migration_harness.rollout.ticking import tick
from migration_harness.secret import Secret
from migration_harness.tasks import publish_head_of_trail
from migration_harness.tombstones.writing import Risen
from tests.receiver import Receiver, says
from tests.waiting import until

from . import journey

ADDRESSES = ("url", "heads_url", "confirm_url")
"""Of those who are told: the path of each is as good as a password."""
FLAG, REQUIRED = "model-based-credits", "model-selection"


def receivers(receiver: Receiver, planted: Mapping[str, str]) -> dict[str, Any]:
    """Return what the settings say of who is told."""
    addresses = {name: f"{receiver.url}/{planted[f'notices {name}']}" for name in ADDRESSES}
    return {"emails": ["ann@example.com"], **addresses}


def everybody(receiver: Receiver, customer: APIClient, account: Account, *, key: str) -> dict[str, str]:
    """Have each kind of thing happen that somebody is told of; returns what came to them, and what was answered."""
    mail.outbox.clear()
    other = Account.objects.exclude(pk=account.pk).values_list("pk", flat=True)[0]
    change_flag(name=REQUIRED, change=FlagChange(account_id=str(other), membership="on"), actor="canary")
    with _candidate(quality_tier, _raising(key)):
        answers = journey.buttons(customer, account)
    for flag in (REQUIRED, FLAG):
        change_flag(name=flag, change=FlagChange(everyone=True), actor="canary")
    with _candidate(credit_cost, lambda **_: 1_000):
        answers |= journey.buttons(customer, account)
    recorder.buffer.flush()
    fold()
    Acting().roll_back_due(now=timezone.now())
    start(prepare(flag=FLAG, wish=Wish(soak=timedelta(days=1), sample=0)), actor="canary")
    tick()
    # Its guards may hold the rollout: whoever is asked before a step is asked here in any case.
    confirm(flag=FLAG, step="1 %", details={"rollout": 1, "share_bps": 100, "secret": Secret(key)})
    rising.tell_of(
        [Risen(entry="legacy.price", times=1, path="manual", caller="igny8_core/ai/engine.py:1", revision="")]
    )
    publish_head_of_trail()
    receiver.does(says({"error": key}, code=500))
    lanes.deliver_all()
    until(lambda: NoticeDelivery.objects.filter(attempts__gt=0).exists())
    receiver.does(says({"allow": True}))
    until(_all_is_delivered)
    return answers | _came(receiver)


@contextmanager
def _candidate(seam: Any, candidate: Callable[..., object]) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seam, "candidate", candidate)
        yield


def _raising(key: str) -> Callable[..., object]:
    """Return a candidate that quotes a key: what it raises beside the answer is the harness's to keep quiet about."""

    def raising(**_: Any) -> object:
        raise RuntimeError(f"no tier with the key {key}")

    return raising


def _all_is_delivered() -> bool:
    waiting = NoticeDelivery.objects.filter(state="waiting")
    waiting.filter(claimed_until=None).update(next_at=timezone.now())
    lanes.deliver_all()
    return not waiting.exists()


def _came(receiver: Receiver) -> dict[str, str]:
    posted = {f"webhook {n}": f"{each.headers} {each.body.decode()}" for n, each in enumerate(receiver.came)}
    return posted | {f"mail {n}": each.message().as_string() for n, each in enumerate(mail.outbox)}
