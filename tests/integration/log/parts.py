"""Comparisons as a seam leaves them, and the four ways in which one comes into the log."""

import time

from django.db import connection, transaction

from migration_harness.comparing.comparator import MATCHED, Judgement, Verdict
from migration_harness.comparing.difference import Difference, Kind
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.snapshot import OFF
from migration_harness.deciding.unit_of_work import UnitOfWork
from migration_harness.log import recorder
from migration_harness.log.comparison import Comparison

PLACES = {"subject": 5, "account_plan": 6, "group": 7, "control_measure": 8, "candidate_measure": 9}
"""Where a match has what a seam's functions answered."""


def comparison(verdict=Verdict.MISMATCH, *, control=1, candidate=2, **changes):
    """A comparison with nothing odd about it, but for the changes."""
    judgement, signature = MATCHED, None
    if verdict is not Verdict.MATCH:
        difference = Difference(path="result", kind=Kind.VALUE, control=control, candidate=candidate)
        judgement, signature = Judgement(verdict=verdict, differences=(difference,)), "0123456789ab"
    plain = Comparison(
        at=time.time(), seam="s", flag_epoch=1, stage="shadow", subject="1", account_plan="free",
        execution_path=ExecutionPath.DIRECT, group=("g",), verdict=verdict, signature=signature, control_measure=1,
        candidate_measure=2, control_ns=1, candidate_ns=1, operation_id="op", request_id="r", run="", revision="",
        judgement=judgement, call={"account": "1"},
    )  # fmt: skip
    return plain._replace(**changes)


def match(**changes):
    """A match as the hot path leaves it."""
    work = UnitOfWork(
        execution_path=ExecutionPath.DIRECT, request_id=changes.pop("request_id", "r"), run=changes.pop("run", "")
    )
    made = [time.time(), "s", "", OFF, work, "1", "free", ("g",), 1, 1, 1, 1]
    for name, value in changes.items():
        made[PLACES[name]] = value
    return tuple(made)


def buffer_without_thread(settings):
    """A buffer whose thread never starts: the test flushes."""
    settings.HARNESS = settings.HARNESS | {"BACKGROUND": True}
    made = recorder.Buffer()
    made._thread = object()
    return made


def in_charge(row):
    with transaction.atomic():
        recorder.record_in_charge(recorder.evidence_of(row), using="default")


def with_charge(row):
    """As the statement of a charge does."""
    evidence = recorder.evidence_of(row)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT migration_harness_record(%s::migration_harness_recorded, %s::jsonb)",
            [evidence.comparison, evidence.sample],
        )
