"""Recorded usage through both sides again, charging nobody: a candidate is tried on last month before it is live.

Note [Kept apart]: what a run finds is written to tables of its own and never to the comparison log. So no reader of
live evidence (status, discrepancies, gates, bounds) has to leave it out, and none can forget to.

Note [Like live]: the seam itself compares and judges, so a verdict, a signature or a sum of a run means what it means
live. Both sides run under the purity guard; the host holds prices still, so that a run is of one price list.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final, Protocol, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from migration_harness.comparing.comparator import UNEXPLAINED
from migration_harness.conf import configured
from migration_harness.control import audit
from migration_harness.control.audit import Entry
from migration_harness.deciding.registry import seams
from migration_harness.exceptions import InvalidChange, RunExists
from migration_harness.log.comparison import Comparison
from migration_harness.log.rendering import payload_of
from migration_harness.models import Run, RunEvidence, RunSample
from migration_harness.seams.seam import Seam

SAMPLES_UNEXPLAINED: Final = 20
"""Samples that a run keeps of an unexplained signature."""
SAMPLES_EXPLAINED: Final = 3
"""Samples that a run keeps of an explained one."""
_BATCH: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call of a seam in the past: its arguments by name, when it was made, and for which operation."""

    seam: str
    arguments: Mapping[str, Any]
    operation_id: str
    at: datetime


class RecordedUsage(Protocol):
    """What the host has recorded of past calls. Named by the setting ``HARNESS["RECORDED_USAGE"]``."""

    seams: tuple[str, ...]
    """The seams whose calls can be made again from it."""

    def count(self, *, seams: tuple[str, ...], since: datetime, until: datetime) -> int:
        """Return how many calls ``calls`` yields."""

    def calls(self, *, seams: tuple[str, ...], since: datetime, until: datetime) -> Iterator[RecordedCall]:
        """Yield the calls from ``since`` up to before ``until``, the oldest first, in constant memory."""

    def steady(self) -> AbstractContextManager[object]:
        """Hold still what both sides price by."""


def count_calls(*, since: datetime, until: datetime, only: tuple[str, ...] = ()) -> int:
    """Return how many recorded calls a run would compare. Raises InvalidChange as ``run_recorded`` does."""
    return _usage().count(seams=_named(only), since=since, until=until)


def run_recorded(
    *,
    name: str,
    actor: str,
    since: datetime,
    until: datetime,
    only: tuple[str, ...] = (),
    limit: int | None = None,
    on_call: Callable[[], object] = lambda: None,
) -> Run:
    """Compare recorded calls on both sides and keep what was found under ``name``; nobody is charged.

    ``only`` names seams; without it all of them. Raises RunExists where the name is taken, and InvalidChange where
    the scope is empty or a seam's usage is not recorded. An interrupted run keeps nothing, and its name stays free.
    """
    names = _named(only)
    if since >= until:
        raise InvalidChange(f"There is nothing between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M}.")
    _refuse_taken(name)
    started_at, usage, tally = timezone.now(), _usage(), Tally()
    comparing = {each: _seam(each) for each in names}
    with usage.steady():
        for call in islice(usage.calls(seams=names, since=since, until=until), limit):
            tally.add(call, comparing[call.seam].compare(**call.arguments))
            on_call()
    run = Run(
        name=name,
        actor=actor,
        started_at=started_at,
        finished_at=timezone.now(),
        since=since,
        until=until,
        calls=tally.calls,
    )
    _keep(run, tally, seams=names)
    return run


Key = tuple[str, str, str, str, tuple[str, ...], str, str]
"""Seam, revision, account, plan, group, verdict and signature: what comparisons that are alike have in common."""


@dataclass(slots=True)
class _Alike:
    comparisons: int = 0
    control_sum: Decimal | int | None = None
    candidate_sum: Decimal | int | None = None
    one_sided: int = 0

    def add(self, control: Decimal | int | None, candidate: Decimal | int | None) -> None:
        """Count one comparison more."""
        self.comparisons += 1
        self.control_sum = _plus(self.control_sum, control)
        self.candidate_sum = _plus(self.candidate_sum, candidate)
        self.one_sided += (control is None) is not (candidate is None)


class Tally:
    """Comparisons folded as they come: memory grows with kinds of calls and accounts, not with calls."""

    def __init__(self) -> None:
        self.calls = 0
        self.alike: dict[Key, _Alike] = {}
        self.samples: dict[str, list[RunSample]] = {}

    def add(self, call: RecordedCall, found: Comparison) -> None:
        """Count a comparison, and keep it as a sample where there are few of its signature."""
        self.calls += 1
        signature = found.signature or ""
        key = (
            found.seam, found.revision, found.account_id, found.account_plan, tuple(found.group), found.verdict.value,
            signature,
        )  # fmt: skip
        if (alike := self.alike.get(key)) is None:
            alike = self.alike[key] = _Alike()
        alike.add(found.control_measure, found.candidate_measure)
        if signature:
            self._sample(call, found, signature)

    def _sample(self, call: RecordedCall, found: Comparison, signature: str) -> None:
        kept = self.samples.setdefault(signature, [])
        if len(kept) < (SAMPLES_UNEXPLAINED if found.verdict in UNEXPLAINED else SAMPLES_EXPLAINED):
            kept.append(
                RunSample(
                    signature=signature,
                    explanation=found.judgement.explanation,
                    payload=payload_of(found.judgement, found.call),
                    account_id=found.account_id,
                    operation_id=call.operation_id,
                    at=call.at,
                )
            )


def _keep(run: Run, tally: Tally, *, seams: tuple[str, ...]) -> None:
    try:
        with transaction.atomic():
            run.save(force_insert=True)
            RunEvidence.objects.bulk_create(_evidence(run, tally), batch_size=_BATCH)
            samples = [sample for kept in tally.samples.values() for sample in kept]
            for sample in samples:
                sample.run = run
            RunSample.objects.bulk_create(samples, batch_size=_BATCH)
            _record(run, tally, seams=seams)
    except IntegrityError:
        # Another process finished a run of this name meanwhile.
        _refuse_taken(run.name)
        raise


def _evidence(run: Run, tally: Tally) -> Iterator[RunEvidence]:
    for (seam, revision, account_id, plan, group, verdict, signature), alike in tally.alike.items():
        yield RunEvidence(
            run=run,
            seam=seam,
            revision=revision,
            account_id=account_id,
            account_plan=plan,
            group=list(group),
            verdict=verdict,
            signature=signature,
            comparisons=alike.comparisons,
            control_sum=alike.control_sum,
            candidate_sum=alike.candidate_sum,
            one_sided=alike.one_sided,
        )


def _record(run: Run, tally: Tally, *, seams: tuple[str, ...]) -> None:
    verdicts: dict[str, int] = {}
    for key, alike in tally.alike.items():
        verdicts[key[5]] = verdicts.get(key[5], 0) + alike.comparisons
    entry = Entry(
        actor=run.actor,
        action="replay recorded usage",
        subject=run.name,
        before={},
        after={"since": run.since.isoformat(), "until": run.until.isoformat(), "seams": list(seams)},
        reason="",
        evidence={"calls": run.calls, "verdicts": verdicts},
    )
    audit.append(entry, now=run.finished_at)


def _refuse_taken(name: str) -> None:
    if Run.objects.filter(pk=name).exists():
        raise RunExists(
            f"There is a run {name!r} already. Give this one another name with --run, or look at that one: "
            f"python manage.py harness replay --runs --run {name}"
        )


def _named(only: tuple[str, ...]) -> tuple[str, ...]:
    recorded = _usage().seams
    for name in only:
        if name not in recorded:
            raise InvalidChange(f"{name}: no usage is recorded of this seam. It is of: {', '.join(recorded)}.")
    return only or recorded


def _seam(name: str) -> Seam[..., Any]:
    found = seams.get(name)
    if not isinstance(found, Seam):
        raise InvalidChange(f"{name}: there is no such seam that compares. Was it retired?")
    return found


def _usage() -> RecordedUsage:
    return cast("RecordedUsage", configured("RECORDED_USAGE"))


def _plus(total: Decimal | int | None, value: Decimal | int | None) -> Decimal | int | None:
    return total if value is None else value if total is None else total + value
