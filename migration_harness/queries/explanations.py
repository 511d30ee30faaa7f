"""Stored explanations, and what one would cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from migration_harness.comparing.comparator import Verdict
from migration_harness.comparing.explanations import Rule
from migration_harness.comparing.scope import Scope
from migration_harness.database import connection
from migration_harness.exceptions import UnknownExplanation
from migration_harness.models import StoredExplanation
from migration_harness.operations.laws import PREFIX
from migration_harness.operations.meant import rule_of
from migration_harness.queries.differences import Discrepancy, discrepancies
from migration_harness.queries.exact import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a scope covers of the evidence that is kept. Sums are None where no measure was taken."""

    found: tuple[Discrepancy, ...]
    comparisons: int
    accounts: int
    control_sum: Decimal | None
    candidate_sum: Decimal | None

    @property
    def signatures(self) -> tuple[str, ...]:
        """The discrepancies that it covers."""
        return tuple(each.signature for each in self.found)

    def as_json(self) -> dict[str, Any]:
        """Return it as scripts read it; sums as decimal text."""
        sums = {"control_sum": self.control_sum, "candidate_sum": self.candidate_sum}
        return {
            "signatures": list(self.signatures),
            "comparisons": self.comparisons,
            "accounts": self.accounts,
            **{name: None if value is None else plain(value) for name, value in sums.items()},
        }


def coverage_of(scope: Scope) -> Coverage:
    """Return which mismatches of the kept evidence this scope covers."""
    found = tuple(
        each
        for each in discrepancies()
        if (each.seam, each.verdict) == (scope.seam, Verdict.MISMATCH)
        and scope.covers(fields=each.fields, group=each.group)
    )
    return Coverage(
        found=found,
        comparisons=sum(each.count for each in found),
        accounts=_accounts_of([each.signature for each in found]),
        control_sum=_sum([each.control_sum for each in found]),
        candidate_sum=_sum([each.candidate_sum for each in found]),
    )


def explanations(*, state: str | None = None) -> list[StoredExplanation]:
    """Return stored explanations, the newest first; where a state is given, those in it."""
    found = StoredExplanation.objects.order_by("-id")
    return list(found if state is None else found.filter(state=state))


def explanation(number: int) -> StoredExplanation:
    """Return one stored explanation; raises UnknownExplanation."""
    found: StoredExplanation | None = StoredExplanation.objects.filter(pk=number).first()
    if found is None:
        raise UnknownExplanation(f"There is no explanation {number}. List them: harness discrepancies explanations")
    return found


def rules_of_effects() -> list[Rule]:
    """Return the explanations of effects of whole operations that were approved, expired ones as well."""
    approved = StoredExplanation.objects.filter(state=StoredExplanation.State.APPROVED, seam__startswith=PREFIX)
    return [
        rule_of(
            name=each.name,
            reason=each.reason,
            owner=each.owner,
            expires=each.expires,
            scope=each.scope,
            prefix=PREFIX,
        )
        for each in approved.order_by("id")
    ]


def explanations_of(found: Discrepancy) -> list[StoredExplanation]:
    """Return the stored explanations that concern a discrepancy, whatever their state, the newest first."""
    return [
        each
        for each in explanations()
        if each.signature == found.signature
        or (each.seam == found.seam and each.scope.covers(fields=found.fields, group=found.group))
    ]


def standing(found: StoredExplanation) -> str:
    """Return the state of a stored explanation, and ``expired`` for an approved one after its last day."""
    over = found.expires < datetime.now(UTC).date()
    return "expired" if over and found.state == StoredExplanation.State.APPROVED else str(found.state)


def described(found: StoredExplanation) -> dict[str, Any]:
    """Return a stored explanation as scripts and programs read it."""
    names = (
        "seam", "signature", "group", "reason", "owner", "expires", "proposed_by", "proposed_at", "approved_by",
        "approved_at", "ended_by", "ended_at", "ended_reason",
    )  # fmt: skip
    return {
        "number": found.pk,
        "state": standing(found),
        "fields_covered": fields_described(found.scope),
        **{name: getattr(found, name) for name in names},
    }


def fields_described(scope: Scope) -> list[dict[str, str]]:
    """Return the fields that may differ, as scripts and programs read them."""
    return [{"path": path, "kind": kind} for path, kind in sorted(scope.fields)]


def _accounts_of(signatures: Sequence[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT account_id) FROM migration_harness_account_evidence WHERE signature = ANY(%s)",
            [list(signatures)],
        )
        return int(cursor.fetchone()[0])


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
