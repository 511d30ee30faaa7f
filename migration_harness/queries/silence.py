"""What was called and is not any more: a caller may have stopped asking.

Note [What is no silence]: a time without any work (Note [A clock of work] in
:mod:`migration_harness.evidence.silence`); what was never called, of which other gates say that nobody knows; and a
flag whose calls nobody counts, because one side answers alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from migration_harness.evidence.silence import Pause
from migration_harness.queries.calling import Flow, Remembered, remembered
from migration_harness.wording import counted


class Hearing(StrEnum):
    """What is known of whether something is called."""

    CALLED = "called"
    """It is, or it pauses as it has before."""
    SILENT = "silent"
    """It was, and is not any more."""
    NEVER = "never"
    """Nobody has seen a call of it."""
    UNCOUNTED = "uncounted"
    """Nobody counts: one side answers alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is known of one flow.

    ``last_at`` is the minute of its last call, ``pause`` what came since; None where no call was seen.
    """

    flow: Flow
    hearing: Hearing
    last_at: datetime | None = None
    pause: Pause | None = None

    @property
    def sentence(self) -> str:
        """What is known, for people."""
        if self.hearing is Hearing.UNCOUNTED:
            return f"{self.flow.name} is not compared: its calls are not counted."
        if self.pause is None or self.last_at is None:
            return f"{self.flow.name}: no call was seen yet."
        last = f"{self.last_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        if self.hearing is Hearing.CALLED:
            return f"{self.flow.name} was called last at {last}."
        return (
            f"{self.flow.name} fell silent: it was called in {self.pause.called:,} of "
            f"{counted(self.pause.of, 'minute')} of work, last at {last}, and in none of "
            f"{self.pause.since:,} since. Does its caller still ask the seam?"
        )

    @property
    def told(self) -> dict[str, Any]:
        """It as scripts and the API read it."""
        flow = self.flow
        return {
            "seam": flow.seam,
            "flag": flow.flag,
            "execution_path": flow.execution_path,
            "operation": flow.operation,
            "model": flow.model,
            "last_at": self.last_at,
            "sentence": self.sentence,
        }


def heard(*, now: datetime) -> list[Heard]:
    """Return what is known of every seam that compares, and of each expected stratum of which a call was seen."""
    known = remembered(now=now)
    return [found for flow in known.flows if (found := _heard(flow, known)) is not None]


def silent(found: Iterable[Heard]) -> list[Heard]:
    """Return those that fell silent: seams first, and of a silent seam no stratum."""
    quiet = [each for each in found if each.hearing is Hearing.SILENT]
    whole = {each.flow.seam for each in quiet if not each.flow.execution_path}
    return [each for each in quiet if not each.flow.execution_path or each.flow.seam not in whole]


def _heard(flow: Flow, known: Remembered) -> Heard | None:
    # Which seams have calls of which strata is known from calls alone.
    is_seam = not flow.execution_path
    if flow.epoch is None:
        return Heard(flow=flow, hearing=Hearing.UNCOUNTED) if is_seam else None
    calls = known.calls.get(flow.key)
    if flow.key in known.fresh:
        return Heard(
            flow=flow,
            hearing=Hearing.CALLED,
            last_at=known.minute if calls is None else calls.last_at,
            pause=Pause(called=1, of=1, since=0, longest=0) if calls is None else calls.pause_at(calls.last_tick),
        )
    if calls is None:
        return Heard(flow=flow, hearing=Hearing.NEVER) if is_seam else None
    pause = calls.pause_at(known.tick)
    hearing = Hearing.SILENT if pause.is_silence else Hearing.CALLED
    return Heard(flow=flow, hearing=hearing, last_at=calls.last_at, pause=pause)
