"""Running the full test suite after a phase, or taking the report of a run, and recording what came of it."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.conf import settings
from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.conf import setting
from migration_harness.exceptions import HarnessMisconfigured, ReportRefused
from migration_harness.isolation import read_committed
from migration_harness.log.literals import keepable
from migration_harness.models import TestRun
from migration_harness.plan import Phase
from migration_harness.rollout.junit import Report, names_of, read_reports, read_sent
from migration_harness.rollout.revision import Revision, running_revision
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry
from migration_harness.wording import counted

OnLine = Callable[[str], None]
JUNIT = "{junit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ran:
    """A run that has ended; times of its own, ``exit_code`` None for a report that somebody brought."""

    revision: Revision
    report: Report
    exit_code: int | None
    source: str
    at: datetime
    seconds: float | None


def verify(*, phase: Phase, actor: Actor, on_line: OnLine) -> TestRun:
    """Run the suite, give each line that it prints to ``on_line``, and record what came of it.

    A tree that changes while it runs is dirty. Raises HarnessMisconfigured where no command is set.
    """
    command = suite()
    before, began = running_revision(), timezone.now()
    with TemporaryDirectory() as folder:
        code = _run([word.replace(JUNIT, folder) for word in command], on_line)
        found = read_reports(Path(folder))
    after = running_revision()
    revision = Revision(name=before.name, dirty=before.dirty or after != before)
    ran = _Ran(
        revision=revision,
        report=found,
        exit_code=code,
        source=" ".join(command),
        at=began,
        seconds=(timezone.now() - began).total_seconds(),
    )
    return _record(phase, ran, actor)


def take_report(*, phase: Phase, path: Path, revision: str, actor: Actor) -> TestRun:
    """Record the JUnit report of a run elsewhere: a file, or a folder of them. Raises ReportRefused.

    It has to say for which revision it is: by ``revision``, or by a property of that name, and not by two that differ.
    """
    return _record(phase, _brought(read_reports(path), revision, source=str(path), remedy="add --revision R"), actor)


def take_reports(*, phase: Phase, files: Sequence[tuple[str, IO[bytes]]], revision: str, actor: Actor) -> TestRun:
    """Record the JUnit reports of one run that somebody has sent, each with its name, as ``take_report`` does."""
    ran = _brought(read_sent(files), revision, source=names_of(files), remedy="send revision with it")
    return _record(phase, ran, actor)


def is_green(row: TestRun) -> bool:
    """Tell whether tests ran, and all of them passed."""
    return bool(row.tests) and not row.failed and not row.exit_code


def sentence_of(row: TestRun) -> str:
    """Return what was recorded, for a person."""
    dirty = ", with changes that it does not have" if row.dirty else ""
    return (
        f"Recorded after phase {row.phase}: {counted(row.tests, 'test')}, {row.failed:,} failed, on revision "
        f"{row.revision or 'unknown'}{dirty}."
    )


def suite() -> Sequence[str]:
    """Return the words of the command that runs the suite. Raises HarnessMisconfigured."""
    words = setting("SUITE")
    if not words:
        raise HarnessMisconfigured(
            'HARNESS["SUITE"] names no command, so the suite does not run here. Bring the report of a run elsewhere: '
            "--junit FILE --revision R."
        )
    if not any(JUNIT in word for word in words):
        raise HarnessMisconfigured(
            f'HARNESS["SUITE"] leaves no report: put {JUNIT} where it names the folder of reports.'
        )
    return [sys.executable if word == "python" else word for word in words]


def _brought(found: Report, revision: str, *, source: str, remedy: str) -> _Ran:
    named = {each for each in (revision.strip(), found.revision) if each}
    if len(named) != 1:
        raise ReportRefused(
            f"{source}: for which revision is it? The report says {found.revision}, and you say {revision}."
            if named
            else f"{source} does not say for which revision it is: {remedy}."
        )
    return _Ran(
        revision=Revision(name=named.pop(), dirty=found.dirty),
        report=found,
        exit_code=None,
        source=source,
        at=found.at or timezone.now(),
        seconds=found.seconds,
    )


def _run(command: Sequence[str], on_line: OnLine) -> int:
    """Run a command to its end, whatever ends the reading of it."""
    try:
        running = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=settings.BASE_DIR,
        )
    except OSError as error:
        raise HarnessMisconfigured(f'HARNESS["SUITE"] cannot be run: {error}.') from error
    try:
        for line in running.stdout or ():
            on_line(line.rstrip("\n"))
        return running.wait()
    finally:
        if running.poll() is None:
            running.terminate()
            running.wait()


def _record(phase: Phase, ran: _Ran, actor: Actor) -> TestRun:
    now = timezone.now()
    with read_committed():
        row: TestRun = TestRun.objects.create(
            phase=phase.number,
            revision=keepable(ran.revision.name)[:100],
            dirty=ran.revision.dirty,
            tests=ran.report.tests,
            failed=ran.report.failed,
            exit_code=ran.exit_code,
            source=keepable(ran.source)[:200],
            actor=audit.actor_kept(actor.name),
            at=ran.at,
            seconds=ran.seconds,
        )
        audit.append(_entry(phase, row), now=now)
    return row


def _entry(phase: Phase, row: TestRun) -> Entry:
    return Entry(
        actor=row.actor,
        action="record tests",
        subject=f"phase {phase.number}",
        before={},
        after={"tests": row.tests, "failed": row.failed, "revision": row.revision, "dirty": row.dirty},
        reason="",
        evidence={"source": row.source, "exit_code": row.exit_code},
    )
