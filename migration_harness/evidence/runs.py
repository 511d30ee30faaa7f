"""Recorded usage through both sides again, charging nobody: a candidate is tried on last month before it is live.

Note [Kept apart]: what a run finds is written to tables of its own and never to the comparison log. So no reader of
live evidence (status, discrepancies, gates, bounds) has to leave it out, and none can forget to.

Note [Like live]: the seam itself compares and judges, so a verdict, a signature or a sum of a run means what it means
live. Both sides run under the purity guard; the host holds prices still, so that a run is of one price list.
"""

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Any, Final, cast

from django.db import IntegrityError
from django.utils import timezone

from migration_harness.conf import configured
from migration_harness.deciding.registry import seams
from migration_harness.evidence.recorded_usage import RecordedUsage
from migration_harness.evidence.run_tally import RunTally
from migration_harness.exceptions import InvalidChange, RunExists
from migration_harness.isolation import read_committed
from migration_harness.models import Run, RunEvidence, RunSample
from migration_harness.seams.seam import Seam
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

_BATCH: Final = 2_000


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
    started_at, usage, tally = timezone.now(), _usage(), RunTally()
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


def _keep(run: Run, tally: RunTally, *, seams: tuple[str, ...]) -> None:
    try:
        with read_committed():
            run.save(force_insert=True)
            RunEvidence.objects.bulk_create(tally.evidence_of(run), batch_size=_BATCH)
            RunSample.objects.bulk_create(tally.samples_of(run), batch_size=_BATCH)
            _record(run, tally, seams=seams)
    except IntegrityError:
        # Another process finished a run of this name meanwhile.
        _refuse_taken(run.name)
        raise


def _record(run: Run, tally: RunTally, *, seams: tuple[str, ...]) -> None:
    entry = Entry(
        actor=run.actor,
        action="replay recorded usage",
        subject=run.name,
        before={},
        after={"since": run.since.isoformat(), "until": run.until.isoformat(), "seams": list(seams)},
        reason="",
        evidence={"calls": run.calls, "verdicts": tally.verdicts},
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
