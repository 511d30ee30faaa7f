"""The lines of legacy code in this tree, and which of them were executed for an answer."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from migration_harness.evidence.lines import LinesOfFile, Precision, of_file
from migration_harness.evidence.quiet import FRESH
from migration_harness.evidence.unused import Asked, KnownOfLegacy, SeenLine, end_of, losses
from migration_harness.models import LegacyLine
from migration_harness.tombstones.sources import is_legacy, lines_of, version_of

_NO_CODE: Final = frozenset({"node_modules", "site-packages", "__pycache__"})
"""Folders with nothing of the host in them, as those whose name begins with a dot."""


def seen_lines(asked: Asked) -> list[SeenLine]:
    """Return the lines that may have been executed for an answer in these days.

    A process sees a line once in a period of a day, so what it saw first a day before may have run later too.
    """
    since = asked.since(asked.now) - asked.day - 2 * FRESH
    rows = LegacyLine.objects.filter(last_at__gte=since).order_by("file", "line")
    return [SeenLine(file=row.file, version=row.version, line=row.line, last_at=row.last_at) for row in rows]


def lines_of_files(known: KnownOfLegacy, asked: Asked) -> list[LinesOfFile]:
    """Return what is known of the lines of each file of legacy code, also of one that is gone and answered somebody.

    A file without a function has none, and is left out.
    """
    seen, start = seen_lines(asked), asked.since(end_of(known, asked.now))
    precision = _precision(known, start)
    # Of entries nobody is asked: a mark that a revision lacked hides no line.
    is_lost = any(each.until > start for each in losses(known, asked, entry=""))
    root = Path(settings.BASE_DIR)
    sources = {each.file: b"" for each in seen} | {file: (root / file).read_bytes() for file in _files(root)}
    found = [
        of_file(
            file,
            version=version_of(source),
            lines=_lines(source, file),
            seen=seen,
            precision=precision,
            is_lost=is_lost,
        )
        for file, source in sorted(sources.items())
    ]
    return [each for each in found if each.executed or each.others or each.elsewhere]


def _lines(source: bytes, file: str) -> frozenset[int]:
    """Return the lines that count; none of a file that is no Python, which nobody can have executed."""
    try:
        return lines_of(source, file=file)
    except (SyntaxError, ValueError):
        return frozenset()


def _precision(known: KnownOfLegacy, since: datetime) -> Precision:
    """Return whether every revision that ran since then saw lines."""
    ran = [each for each in known.revisions if each.last_at > since]
    return Precision.LINE if ran and all(each.saw_lines(since) for each in ran) else Precision.ENTRY


def _files(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [each for each in folders if not each.startswith(".") and each not in _NO_CODE]
        within = Path(folder).relative_to(root).as_posix()
        before = "" if within == "." else f"{within}/"
        yield from (file for file in (f"{before}{name}" for name in names) if is_legacy(file))
