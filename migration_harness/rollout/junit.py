"""JUnit reports: how many tests ran and how many failed, for which revision."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree as ET

from migration_harness.exceptions import ReportRefused

_MOST_BYTES: Final = 200_000_000
_BAD: Final = frozenset({"failure", "error"})
_DIRTY: Final = "dirty"
_REVISION: Final = "revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What reports say together. ``revision`` is empty where they do not say it, ``at`` None where no time is."""

    tests: int = 0
    failed: int = 0
    revision: str = ""
    dirty: bool = False
    at: datetime | None = None
    seconds: float | None = None


def read_reports(path: Path) -> Report:
    """Return what a report says, or all of a folder; a skipped test is no test.

    Raises ReportRefused for what is no report, and for reports of different revisions.
    """
    files = sorted(path.glob("*.xml")) if path.is_dir() else [path]
    return _together([_read(each) for each in files], named=str(path))


def read_sent(files: Sequence[tuple[str, IO[bytes]]]) -> Report:
    """Return what reports say together that somebody has sent, each with its name. Raises ReportRefused."""
    return _together([_parse(file, named=name) for name, file in files], named=names_of(files))


def names_of(files: Sequence[tuple[str, IO[bytes]]]) -> str:
    """Return the names of reports that somebody has sent."""
    return ", ".join(name for name, _ in files)


def _together(found: Sequence[Report], *, named: str) -> Report:
    revisions = {each.revision for each in found}
    if len(revisions) > 1:
        raise ReportRefused(f"{named}: the reports are of different revisions: {', '.join(sorted(revisions))}.")
    seconds = [each.seconds for each in found if each.seconds is not None]
    return Report(
        tests=sum(each.tests for each in found),
        failed=sum(each.failed for each in found),
        revision=next(iter(revisions), ""),
        dirty=any(each.dirty for each in found),
        at=min((each.at for each in found if each.at), default=None),
        seconds=sum(seconds) if seconds else None,
    )


def _read(file: Path) -> Report:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ReportRefused(f"{file} is larger than {_MOST_BYTES // 1_000_000} MB.")
        with file.open("rb") as opened:
            return _parse(opened, named=str(file))
    except OSError as error:
        raise ReportRefused(f"{file} cannot be read: {error.strerror}.") from error


def _parse(file: IO[bytes], *, named: str) -> Report:
    try:
        root = ET.parse(file).getroot()  # noqa: S314  Of a bounded size; expat bounds what an entity may become.
    except (ET.ParseError, ValueError, LookupError) as error:
        # Besides its own error the parser raises that of an encoding that it does not have.
        raise ReportRefused(f"{named} is no JUnit report: {error}.") from error
    if root.tag not in ("testsuites", "testsuite"):
        raise ReportRefused(f"{named} is no JUnit report: it begins with <{root.tag[:40]}>.")
    cases = list(root.iter("testcase"))
    ran = [case for case in cases if case.find("skipped") is None]
    suites = [*root.iter("testsuite")]
    return Report(
        tests=len(ran),
        failed=max(sum(1 for case in ran if _failed(case)), sum(_counted_bad(suite) for suite in suites)),
        revision=_property(root, _REVISION),
        dirty=_property(root, _DIRTY).lower() in ("true", "yes", "1"),
        at=min(_times(suites), default=None),
        seconds=_seconds(suites),
    )


def _failed(case: ET.Element) -> bool:
    return any(child.tag in _BAD for child in case)


def _counted_bad(suite: ET.Element) -> int:
    """Return what a suite says of itself: errors of its own, outside of any test, have no test that failed."""
    if suite.find("testsuite") is not None:
        return 0
    try:
        return int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    except ValueError:
        return 1


def _property(root: ET.Element, name: str) -> str:
    return next((each.get("value", "").strip() for each in root.iter("property") if each.get("name") == name), "")


def _times(suites: list[ET.Element]) -> Iterator[datetime]:
    for suite in suites:
        try:
            at = datetime.fromisoformat(suite.get("timestamp", ""))
        except ValueError:
            continue
        yield at if at.tzinfo else at.replace(tzinfo=UTC)


def _seconds(suites: list[ET.Element]) -> float | None:
    try:
        return sum(float(suite.get("time", 0)) for suite in suites if suite.find("testsuite") is None)
    except ValueError:
        return None
