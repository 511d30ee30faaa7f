"""Asks a system outside whether a rollout may take a step. Only a plain yes is one."""

import json
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import uuid4

import structlog
from django.utils import timezone

from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.printing import printable
from migration_harness.rollout.notices.channels import body_of
from migration_harness.rollout.notices.outbox import plain_details
from migration_harness.rollout.notices.posting import NotAnswered, post
from migration_harness.rollout.notices.receivers import receivers

log = structlog.get_logger("harness")

KIND: Final = "confirm_step"
"""The ``type`` of the question."""
MOST_BYTES: Final = 16_384
"""Of an answer."""
REASON_CHARACTERS: Final = 300


class Answer(StrEnum):
    """What came of asking."""

    ALLOWED = "allowed"
    """Yes; or nobody is to be asked."""
    VETOED = "vetoed"
    """No, by whoever was asked."""
    NO_ANSWER = "no_answer"
    """Nobody has answered as asked: that is no yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """What came of asking, with one sentence for people."""

    answer: Answer
    sentence: str

    @property
    def allows(self) -> bool:
        """Whether the step may be taken."""
        return self.answer is Answer.ALLOWED


def confirm(*, flag: str, step: str, details: Mapping[str, str | int | None]) -> Confirmation:
    """Ask the address of ``confirm_url`` whether ``flag`` may take ``step``; where there is none, it may.

    It waits for ``timeout_seconds`` at most: call it outside of any transaction. The answer must have a status of
    success and a body ``{"allow": true, "reason": "…"}``, at most 16 KB, the reason may be left out. It raises nothing;
    whatever else comes, or does not come, is NO_ANSWER.
    """
    try:
        confirmation = _asked(flag, step, details)
    except Exception as error:  # noqa: BLE001  Whatever it is, it is no yes.
        why = str(error) if isinstance(error, HarnessMisconfigured) else type(error).__name__
        confirmation = Confirmation(answer=Answer.NO_ANSWER, sentence=f"Nobody could be asked, which is no yes: {why}")
    answer, sentence = confirmation.answer.value, confirmation.sentence
    with suppress(Exception):
        log.info("harness.confirm_asked", flag=flag, step=step, answer=answer, sentence=sentence)
    return confirmation


def _asked(flag: str, step: str, details: Mapping[str, Any]) -> Confirmation:
    told = receivers()
    if told.confirm is None:
        return Confirmation(answer=Answer.ALLOWED, sentence="Nobody is asked before a step.")
    data = {"flag": flag, "step": step, "details": plain_details(details)}
    try:
        answered = post(
            told.confirm,
            secrets=told.secrets,
            key=str(uuid4()),
            at=int(time.time()),
            body=body_of(KIND, at=timezone.now(), data=data),
            seconds=told.timeout_seconds,
            most_bytes=MOST_BYTES,
        )
        return _read(answered.body, host=told.confirm.host)
    except NotAnswered as error:
        sentence = f"{told.confirm.host} gave no answer that can be used, which is no yes: {error}."
        return Confirmation(answer=Answer.NO_ANSWER, sentence=sentence)


def _read(body: bytes, *, host: str) -> Confirmation:
    """Return what a body says; raises NotAnswered where it is not what was asked for."""
    if len(body) > MOST_BYTES:
        raise NotAnswered(f"the answer is longer than {MOST_BYTES:,} bytes")
    try:
        found = json.loads(body.decode(), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        raise NotAnswered("the answer is no JSON, or says something twice") from None
    if not isinstance(found, dict) or type(found.get("allow")) is not bool:
        raise NotAnswered('the answer is no object with "allow": true or false')
    reason = found.get("reason", "")
    if not isinstance(reason, str):
        raise NotAnswered('"reason" is no text')
    said = printable(" ".join(reason[:REASON_CHARACTERS].split()))[:REASON_CHARACTERS]
    why = f": {said}" if said else "."
    if found["allow"]:
        return Confirmation(answer=Answer.ALLOWED, sentence=f"{host} allows it{why}")
    return Confirmation(answer=Answer.VETOED, sentence=f"{host} does not allow it{why}")


def _each_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found = list(pairs)
    if len({name for name, _ in found}) < len(found):
        raise ValueError("A name stands twice.")
    return dict(found)
