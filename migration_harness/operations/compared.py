"""What the seams of an operation that is run again had to say: where their sides differ, and nothing explains it."""

import json
import re
from collections.abc import Iterable
from typing import Final

from migration_harness.comparing.comparator import UNEXPLAINED, Verdict
from migration_harness.comparing.difference import ABSENT, Difference
from migration_harness.log.comparison import Comparison
from migration_harness.log.rendering import render

_LATE: Final = Verdict.TIMEOUT
"""It tells of the machine that the operation is run on."""
_LINE: Final = re.compile(r":\d+ in ")
"""Of a place in code: another one after any edit above it."""


def unexplained(heard: Iterable[Comparison]) -> dict[str, list[str]]:
    """Return by seam and group, in order, the verdicts that somebody has to review, each with what differs."""
    found: dict[str, list[str]] = {}
    for each in heard:
        if each.verdict in UNEXPLAINED and each.verdict is not _LATE:
            found.setdefault(" ".join([each.seam, *each.group]), []).append(_told(each))
    return found


def _told(comparison: Comparison) -> str:
    judgement = comparison.judgement
    told = f"{comparison.verdict}: {'; '.join(map(_apart, judgement.differences))}"
    # Where both sides are wrong alike this alone says so.
    return told if judgement.expected is ABSENT else f"{told}, expected {_shown(judgement.expected)}"


def _apart(each: Difference) -> str:
    sides = f"{each.path} {_shown(each.control)} -> {_shown(each.candidate)}"
    return f"{sides}, {_LINE.sub(' in ', each.note)}" if each.note else sides


def _shown(value: object) -> str:
    return json.dumps(render(value), default=str)
