"""From a discrepancy to an explanation to propose: what it would cover, and what may not be explained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from migration_harness.authority.actors import Actor
from migration_harness.authority.persons import acting
from migration_harness.comparing.comparator import Verdict
from migration_harness.comparing.explanations import Oracle
from migration_harness.comparing.scope import Scope
from migration_harness.exceptions import InvalidChange, NotExplainable
from migration_harness.models import StoredExplanation
from migration_harness.queries import Coverage, Discrepancy, coverage_of, discrepancy, seam_named
from migration_harness.reviewing import approvals
from migration_harness.seams.seam import Seam

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An explanation that nobody has proposed yet, and what it would cover of the kept evidence."""

    found: Discrepancy
    scope: Scope
    expires: date
    coverage: Coverage


def draft(
    *,
    signature: str,
    today: date,
    expires: date | None = None,
    paths: Sequence[str] = (),
    group: Sequence[str] = (),
    any_group: bool = False,
) -> Draft:
    """Return the explanation of a discrepancy: its seam, the fields that differ, its group.

    ``paths`` keeps some of the fields, ``group`` names the words of the calls (``*`` for any word), ``any_group``
    covers every call of the seam. Raises UnknownDiscrepancy, NotExplainable, or InvalidChange.
    """
    found = discrepancy(signature)
    refuse(found)
    if any_group and group:
        raise InvalidChange("--group and --any-group exclude each other.")
    until = last_day(expires, today)
    words = tuple(group) or found.group
    scope = Scope(seam=found.seam, fields=_fields(found, paths), group=None if any_group else words)
    coverage = coverage_of(scope)
    if not coverage.found:
        raise InvalidChange(
            f"That would cover none of the comparisons that are kept of {found.seam}: an explanation without a case "
            "cannot be judged. Name other paths, or another group."
        )
    return Draft(found=found, scope=scope, expires=until, coverage=coverage)


def propose(
    *, drafted: Draft, reason: str, owner: str, actor: Actor | str, override: bool = False
) -> StoredExplanation:
    """Store a draft as proposed; another person approves it. Raises InvalidChange without a reason.

    Whoever proposes it answers for it where no ``owner`` is named.
    """
    if not reason.strip():
        raise InvalidChange("An explanation needs a reason that finance and engineers understand: add --reason '…'.")
    by = acting(actor)
    return approvals.propose(
        signature=drafted.found.signature,
        scope=drafted.scope,
        reason=reason.strip(),
        owner=owner.strip() or by.name,
        expires=drafted.expires,
        covered=drafted.coverage.as_json(),
        actor=by,
        override=override,
    )


def refuse(found: Discrepancy) -> None:
    """Raise NotExplainable, with the remedy, where no stored explanation may cover a discrepancy."""
    seam = seam_named(found.seam)
    if seam is None:
        raise NotExplainable(f"{found.seam} is no seam of this code any more: nothing compares there, so nothing is.")
    if why := _why_the_seam_takes_none(seam):
        raise NotExplainable(why)
    if found.verdict in (Verdict.INTENDED, Verdict.BOTH_ERROR):
        raise NotExplainable(f"{found.signature} is {found.verdict}: it needs no explanation.")
    if found.verdict != Verdict.MISMATCH or "raised" in found.paths:
        raise NotExplainable(
            f"{found.signature} is no difference between two answers ({found.verdict}, {', '.join(found.paths)}): "
            "correct the code, or declare the error in the seam's errors=(…)."
        )
    if not found.fields:
        raise NotExplainable(f"No sample of {found.signature} was kept: what differs is not known.")


def _why_the_seam_takes_none(seam: Seam[Any, Any]) -> str:
    oracle = next((each for each in seam.criteria.explanations if isinstance(each, Oracle)), None)
    if seam.money:
        signed = f" ({oracle.name})" if oracle else ""
        return (
            f"{seam.name} moves money, and only its oracle{signed} explains money. Correct the code or the price; "
            "where the oracle is wrong, have the price list signed anew and deploy it."
        )
    if oracle is not None:
        return (
            f"{seam.name} has an oracle ({oracle.name}), which alone says what is right there. Correct the code, or "
            "correct the oracle and deploy it."
        )
    return ""


def _fields(found: Discrepancy, paths: Sequence[str]) -> frozenset[tuple[str, str]]:
    if unknown := sorted(set(paths) - set(found.paths)):
        raise InvalidChange(f"{found.signature} does not differ in {unknown[0]!r}: {', '.join(found.paths)}.")
    return frozenset(field for field in found.fields if not paths or field[0] in paths)


def last_day(expires: date | None, today: date) -> date:
    """Return until when an explanation explains. Raises InvalidChange for one that is over, or too far away."""
    last = today + timedelta(days=DEFAULT_DAYS) if expires is None else expires
    if not today <= last <= today + timedelta(days=MOST_DAYS):
        raise InvalidChange(
            f"An explanation ends between today and in a year ({today + timedelta(days=MOST_DAYS)}), not on {last}: "
            "after that somebody has to look again."
        )
    return last
