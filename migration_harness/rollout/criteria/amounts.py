"""Whether what seams compute is what was expected of them."""

from shlex import quote

from migration_harness import queries
from migration_harness.evidence.findings import of_bound, of_stratum
from migration_harness.plan import Stratum, plan
from migration_harness.queries import WindowRow, tally_of
from migration_harness.rollout.criteria.criterion import AmountsAgree
from migration_harness.rollout.criteria.met import Met, by_name, harness, of_finding, unmet
from migration_harness.wording import counted


def of_amounts(asked: AmountsAgree) -> Met:
    """Judge the window that is now of each seam, or, where it compares no more, the last one that it compared in."""
    rows = queries.final_rows(asked.seams)
    parts = {name: _seam(name, [row for row in rows if row.seam == name]) for name in asked.seams}
    parts |= {_named(each): _stratum(each, rows, asked.seams) for each in _expected(asked.seams)}
    return by_name(parts)


def _expected(seams: tuple[str, ...]) -> list[Stratum]:
    """Return the strata that the plan expects of the phases in which these seams move."""
    wanted = set(seams)
    phases = [phase for phase in plan().phases if any(wanted.intersection(flag.seams) for flag in phase.flags)]
    return [stratum for phase in phases for stratum in phase.strata]


def _seam(name: str, rows: list[WindowRow]) -> Met:
    tally = tally_of(rows)
    if tally.unexplained:
        return unmet(f"{counted(tally.unexplained, 'comparison')} unexplained.", remedy=harness("discrepancies list"))
    return of_finding(of_bound(tally), remedy=_to_compare_more(name))


def _to_compare_more(name: str) -> str:
    if queries.seam_named(name) is None:
        return f"No seam is called {name} any more: what it had compared is all there is. {harness('status')}"
    return harness(f"evidence {quote(name)}")


def _stratum(stratum: Stratum, rows: list[WindowRow], seams: tuple[str, ...]) -> Met:
    """Judge a stratum by the seams that have seen it; more than one may."""
    seen = [row for row in rows if stratum.has(execution_path=row.execution_path, group=row.group)]
    own = [[row for row in seen if row.seam == name] for name in seams]
    findings = [of_stratum(tally_of(found)) for found in own if found] or [of_stratum(None)]
    worst = next((each for each in findings if each.answer != "open"), findings[0])
    return of_finding(worst, remedy=harness("evidence"))


def _named(stratum: Stratum) -> str:
    return " · ".join((stratum.execution_path, stratum.operation, stratum.model))
