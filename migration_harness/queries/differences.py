"""Discrepancies, their samples, and the accounts they concern."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from migration_harness.comparator import Verdict
from migration_harness.exceptions import UnknownDiscrepancy
from migration_harness.models import ComparisonSample, DiscrepancyReview

_DISCREPANCIES_SQL: Final = """
SELECT c.signature, min(c.seam), min(c.verdict), min(c.group_by), count(*), count(DISTINCT c.account_id),
       min(c.at), max(c.at), sum(c.control_measure), sum(c.candidate_measure),
       count(*) FILTER (WHERE (c.control_measure IS NULL) <> (c.candidate_measure IS NULL))
FROM migration_harness_comparison c
WHERE c.signature IS NOT NULL AND (%(signature)s::text IS NULL OR c.signature = %(signature)s)
GROUP BY c.signature
"""

REVIEW_ORDER: Final = ("open", "reopened", "acknowledged", "fixed", "explained")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """All comparisons that differ in the same way. Measures are summed over all of them.

    ``one_sided`` of them have a measure on one side only.
    """

    signature: str
    seam: str
    verdict: str
    group: tuple[str, ...]
    state: str
    count: int
    accounts: int
    first_at: datetime
    last_at: datetime
    control_sum: Decimal | None
    candidate_sum: Decimal | None
    one_sided: int
    explanation: str
    paths: tuple[str, ...]
    review: DiscrepancyReview | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedAccount:
    """One account's part in a discrepancy; an empty id is a call without an account."""

    account_id: str
    count: int
    control_sum: Decimal | None
    candidate_sum: Decimal | None


def discrepancies() -> list[Discrepancy]:
    """Return all discrepancies: what needs a person first, then the most frequent."""
    found = _discrepancies(None)
    return sorted(found, key=lambda d: (REVIEW_ORDER.index(d.state), -d.count))


def discrepancy(signature: str) -> Discrepancy:
    """Return one discrepancy; raises UnknownDiscrepancy."""
    found = _discrepancies(signature)
    if not found:
        raise UnknownDiscrepancy(f"There is no discrepancy {signature!r}. List them: harness discrepancies list")
    return found[0]


def samples(signature: str, *, limit: int = 20) -> list[ComparisonSample]:
    """Return the newest full payloads of a discrepancy."""
    return list(ComparisonSample.objects.filter(signature=signature).order_by("-at")[:limit])


def affected_accounts(signature: str, *, limit: int = 20) -> list[AffectedAccount]:
    """Return the accounts of a discrepancy, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, count(*), sum(control_measure), sum(candidate_measure) "
            "FROM migration_harness_comparison WHERE signature = %s "
            "GROUP BY account_id ORDER BY count(*) DESC, account_id LIMIT %s",
            [signature, limit],
        )
        rows = cursor.fetchall()
    return [
        AffectedAccount(account_id=account_id, count=count, control_sum=control, candidate_sum=candidate)
        for account_id, count, control, candidate in rows
    ]


def _discrepancies(signature: str | None) -> list[Discrepancy]:
    with connection.cursor() as cursor:
        cursor.execute(_DISCREPANCIES_SQL, {"signature": signature})
        rows = cursor.fetchall()
    signatures = [row[0] for row in rows]
    reviews = DiscrepancyReview.objects.in_bulk(signatures)
    newest = {
        sample.signature: sample
        for sample in ComparisonSample.objects.filter(signature__in=signatures)
        .order_by("signature", "-at")
        .distinct("signature")
    }
    return [_discrepancy(row, reviews.get(row[0]), newest.get(row[0])) for row in rows]


def _discrepancy(
    row: tuple[Any, ...], review: DiscrepancyReview | None, sample: ComparisonSample | None
) -> Discrepancy:
    signature, seam, verdict, group, count, accounts, first_at, last_at, *sums = row
    control_sum, candidate_sum, one_sided = sums
    differences = sample.payload["differences"] if sample else []
    return Discrepancy(
        signature=signature,
        seam=seam,
        verdict=verdict,
        group=tuple(group),
        state=_review_state(verdict, review, last_at),
        count=count,
        accounts=accounts,
        first_at=first_at,
        last_at=last_at,
        control_sum=control_sum,
        candidate_sum=candidate_sum,
        one_sided=one_sided,
        explanation=sample.explanation if sample else "",
        paths=tuple(difference["path"] for difference in differences),
        review=review,
    )


def _review_state(verdict: str, review: DiscrepancyReview | None, last_at: datetime) -> str:
    """An explained one needs nobody; a fixed one that came back is reopened."""
    if verdict in (Verdict.INTENDED, Verdict.BOTH_ERROR):
        return "explained"
    if review is None:
        return DiscrepancyReview.State.OPEN.value
    if review.state == DiscrepancyReview.State.FIXED and last_at > review.at:
        return DiscrepancyReview.State.REOPENED.value
    return review.state


def needs_review(found: Iterable[Discrepancy]) -> int:
    """Count those that are open or reopened."""
    return sum(1 for d in found if d.state in ("open", "reopened"))
