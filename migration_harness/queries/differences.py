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
SELECT signature, min(seam), min(verdict), min(group_by), sum(comparisons)::bigint, sum(accounts)::bigint,
       min(first_at), max(last_at), sum(control_sum), sum(candidate_sum), sum(one_sided)::bigint
FROM migration_harness_total_evidence
WHERE signature <> '' AND (%(signature)s::text IS NULL OR signature = %(signature)s)
GROUP BY signature
"""

_NEWEST_SAMPLES_SQL: Final = """
SELECT wanted.signature, newest.explanation,
       ARRAY(SELECT d ->> 'path' FROM jsonb_array_elements(newest.differences) WITH ORDINALITY e (d, n) ORDER BY n)
FROM unnest(%s::text[]) AS wanted (signature)
CROSS JOIN LATERAL (
    SELECT explanation, payload -> 'differences' AS differences FROM migration_harness_comparisonsample
    WHERE signature = wanted.signature ORDER BY at DESC LIMIT 1
) newest
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
            "SELECT account_id, sum(comparisons)::bigint AS count, sum(control_sum), sum(candidate_sum) "
            "FROM migration_harness_account_total_evidence WHERE signature = %s "
            "GROUP BY account_id ORDER BY count DESC, account_id LIMIT %s",
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
    reviews, newest = DiscrepancyReview.objects.in_bulk(signatures), _newest_samples(signatures)
    return [_discrepancy(row, reviews.get(row[0]), newest.get(row[0], ("", []))) for row in rows]


def _newest_samples(signatures: list[str]) -> dict[str, tuple[str, list[str]]]:
    """Return explanation and differing paths of the newest sample of each discrepancy, and nothing else of it."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_SAMPLES_SQL, [signatures])
        return {signature: (explanation, paths) for signature, explanation, paths in cursor.fetchall()}


def _discrepancy(row: tuple[Any, ...], review: DiscrepancyReview | None, sample: tuple[str, list[str]]) -> Discrepancy:
    signature, seam, verdict, group, count, accounts, first_at, last_at, *sums = row
    control_sum, candidate_sum, one_sided = sums
    explanation, paths = sample
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
        explanation=explanation,
        paths=tuple(paths),
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
