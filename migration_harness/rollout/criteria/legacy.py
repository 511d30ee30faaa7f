"""Whether legacy code remains, by the plan's list."""

from migration_harness.queries.remains import legacy_lines, remains
from migration_harness.retire.scan import Remains
from migration_harness.rollout.criteria.criterion import LegacyGone
from migration_harness.rollout.criteria.met import Met, all_of, harness, met, unknown, unmet
from migration_harness.rollout.gates.facts import Facts


def of_legacy(asked: LegacyGone, *, facts: Facts) -> Met:
    """Look for what remains of these lines. Raises SourceUnreadable."""
    lines = {line.name: line for line in legacy_lines()}
    found = remains([lines[name] for name in asked.lines if name in lines], tree=facts.tree, flags=facts.flags.values())
    missing = [
        unknown(f"The plan's list of legacy code has no line {name!r}.", remedy="Add it to legacy=(…) of the plan")
        for name in asked.lines
        if name not in lines
    ]
    return all_of([*missing, *map(_answer, found)])


def _answer(found: Remains) -> Met:
    remedy = harness("legacy scan")
    if found.places:
        first, *others = found.places
        more = f", and {len(others):,} more" if others else ""
        where = f"{first.path}:{first.line}" if first.line else f"{first.path}: {first.text}"
        return unmet(f"{where} remains{more} ({found.line.name}).", remedy=remedy)
    if found.unseen:
        return unknown(
            f"There is nothing to look at here: {', '.join(found.unseen)} ({found.line.name}).",
            remedy=harness("legacy scan --root FOLDER"),
        )
    return met(f"{found.line.sentence}.")
