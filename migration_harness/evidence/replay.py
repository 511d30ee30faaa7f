"""Real traffic from a file, driven through the host's public services."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol, cast

from django.db import InterfaceError, OperationalError, connections

from migration_harness.conf import configured
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.deciding.unit_of_work import unit_of_work
from migration_harness.exceptions import HarnessError, TraceRefused
from migration_harness.log import recorder

RECOVERY_SECONDS = 60.0
"""A database that is away longer ends the replay; it can be run again."""
RETRY_SECONDS = 0.2
MAX_REPORTED = 20
"""Malformed rows that are named one by one; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRow:
    """One row of a trace. ``index`` counts data rows from 0, ``line`` the lines of the file from 1."""

    index: int
    line: int
    values: Mapping[str, str]


class ReplayOutcome(StrEnum):
    """What became of a row."""

    DONE = "done"
    """It was run, and is charged."""
    SKIPPED = "skipped"
    """It was charged by an earlier run of the same name."""
    RAN_DRY = "ran_dry"
    """The account had too few credits."""


class RanDry(HarnessError):
    """The account had too few credits for a row; the message is the account's name."""


class MalformedRow(HarnessError):
    """A row that the host cannot use; the message says why."""


class ReplayDriver(Protocol):
    """The host's side of a replay.

    The setting ``HARNESS["REPLAY"]`` names a function that returns one; it takes ``images_every``, the rows after
    which images are made as well, or None.
    """

    columns: tuple[str, ...]
    """The columns that a trace must have."""

    def already_charged(self, run: str) -> set[int]:
        """Return the index of every row that a run of this name has charged whole."""

    def perform(self, row: TraceRow, run: str) -> ReplayOutcome:
        """Do what the application does for one request; raises MalformedRow or RanDry."""


@dataclass(slots=True)
class ReplayReport:
    """What a replay did."""

    run: str
    counts: Counter[ReplayOutcome] = field(default_factory=Counter)
    malformed: list[str] = field(default_factory=list)
    malformed_count: int = 0
    ran_dry: Counter[str] = field(default_factory=Counter)
    """Refused rows by account."""
    seconds: float = 0.0


def replay(
    *,
    path: Path,
    run: str,
    limit: int | None = None,
    rate_per_second: float | None = None,
    images_every: int | None = None,
    on_row: Callable[[], None] = lambda: None,
) -> ReplayReport:
    """Run the first ``limit`` rows of a trace; ``on_row`` is called after each one.

    ``images_every`` K: after every K-th row images are made as well, one on each model that makes them.

    Safe to run twice and to interrupt: a row charged under the same run name is skipped whole. Raises
    TraceRefused for a file that is missing, unreadable, or without the columns.
    """
    driver = cast("ReplayDriver", configured("REPLAY")(images_every=images_every))
    report = ReplayReport(run=run)
    done = driver.already_charged(run)
    started = monotonic()
    with unit_of_work(execution_path=ExecutionPath.REPLAY, run=run):
        for row in islice(trace_rows(path, driver.columns), limit):
            if row.index in done:
                report.counts[ReplayOutcome.SKIPPED] += 1
            else:
                if rate_per_second:
                    sleep(max(0.0, started + sum(report.counts.values()) / rate_per_second - monotonic()))
                _perform(driver, row, run, report)
            on_row()
    recorder.buffer.flush()
    report.seconds = monotonic() - started
    return report


def count_rows(path: Path) -> int:
    """Return the number of data rows, for a progress bar. Raises TraceRefused for a missing file."""
    try:
        with path.open("rb") as file:
            return max(0, sum(1 for line in file if line.strip()) - 1)
    except OSError as error:
        raise TraceRefused(f"{path}: {error.strerror}.") from None


def _perform(driver: ReplayDriver, row: TraceRow, run: str, report: ReplayReport) -> None:
    # Each row is a unit of work of its own, as each request is: flips reach the next row.
    with unit_of_work(execution_path=ExecutionPath.REPLAY, run=run) as work:
        work.pinned = None
        try:
            outcome = _outlasting_the_database(lambda: driver.perform(row, run))
        except RanDry as error:
            report.ran_dry[str(error)] += 1
            outcome = ReplayOutcome.RAN_DRY
        except MalformedRow as error:
            report.malformed_count += 1
            if len(report.malformed) < MAX_REPORTED:
                report.malformed.append(f"line {row.line}: {error}")
            return
    report.counts[outcome] += 1


def _outlasting_the_database(perform: Callable[[], ReplayOutcome]) -> ReplayOutcome:
    """Perform a row; where the connection was lost, do it again when the database is back.

    Safe because a row charges once: if the lost charge had committed, the second attempt answers it.
    """
    deadline = monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return perform()
        except (OperationalError, InterfaceError):
            connections.close_all()
            if monotonic() > deadline:
                raise
            sleep(RETRY_SECONDS)


def trace_rows(path: Path, columns: tuple[str, ...]) -> Iterator[TraceRow]:
    """Return the rows of a trace; raises TraceRefused for a file that is missing, unreadable, or lacks columns."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or [])]
            if missing:
                raise TraceRefused(
                    f"{path}: the column {', '.join(missing)} is missing. A trace has the columns {', '.join(columns)}."
                )
            for index, values in enumerate(reader):
                yield TraceRow(index=index, line=reader.line_num, values=values)
    except OSError as error:
        raise TraceRefused(f"{path}: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise TraceRefused(f"{path} is not a CSV file in UTF-8.") from None
