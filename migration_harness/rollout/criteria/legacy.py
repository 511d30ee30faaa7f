"""Whether legacy code remains, by the plan's list."""

from pathlib import Path

from django.conf import settings

from migration_harness.plan import plan
from migration_harness.retire.scan import Remains, scan
from migration_harness.rollout.criteria.criterion import LegacyGone
from migration_harness.rollout.criteria.met import Met, all_of, harness, met, unknown, unmet


def of_legacy(asked: LegacyGone) -> Met:
    """Look for what remains of these lines. Raises SourceUnreadable."""
    lines = {line.name: line for line in plan().legacy}
    found = scan(Path(settings.BASE_DIR), [lines[name] for name in asked.lines if name in lines])
    missing = [
        unknown(f"The plan's list of legacy code has no line {name!r}.", remedy="Add it to legacy=(…) of the plan")
        for name in asked.lines
        if name not in lines
    ]
    return all_of([*missing, *map(_answer, found)])


def _answer(remains: Remains) -> Met:
    remedy = harness("legacy scan")
    if remains.places:
        first, *others = remains.places
        more = f", and {len(others):,} more" if others else ""
        return unmet(f"{first.path}:{first.line} remains{more} ({remains.line.name}).", remedy=remedy)
    if remains.unseen:
        return unknown(
            f"There is nothing to look at here: {', '.join(remains.unseen)} ({remains.line.name}).",
            remedy=f"{remedy} --root, with the tree of the sources",
        )
    return met(f"{remains.line.sentence}.")
