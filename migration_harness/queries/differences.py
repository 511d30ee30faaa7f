"""Discrepancies, their samples, and the accounts they concern."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from migration_harness.comparing.errors import PLACES
from migration_harness.comparing.scope import Field, of_every_element
from migration_harness.database import connection
from migration_harness.exceptions import UnknownDiscrepancy
from migration_harness.models import ComparisonSample, DiscrepancyAssignment, DiscrepancyReview, ExploredDiscrepancy
from migration_harness.queries.reviews import NEEDS_NOBODY, ReviewFacts, review_facts, state_of

_DISCREPANCIES_SQL: Final = """
SELECT signature, min(seam), min(verdict), min(group_by), sum(comparisons)::bigint, sum(accounts)::bigint,
       min(first_at)::text, max(last_at)::text, sum(control_sum), sum(candidate_sum), sum(one_sided)::bigint
FROM migration_harness_total_evidence
WHERE signature <> '' AND (%(signature)s::text IS NULL OR signature = %(signature)s) AND verdict <> ALL(%(without)s)
GROUP BY signature
"""

_NEWEST_SAMPLES_SQL: Final = """
SELECT wanted.signature, newest.explanation,
       ARRAY(SELECT d ->> 'path' FROM jsonb_array_elements(newest.differences) WITH ORDINALITY e (d, n) ORDER BY n),
       ARRAY(SELECT d ->> 'kind' FROM jsonb_array_elements(newest.differences) WITH ORDINALITY e (d, n) ORDER BY n),
       coalesce((
           SELECT d ->> 'note' FROM jsonb_array_elements(newest.differences) d WHERE d ->> 'path' = ANY(%s) LIMIT 1
       ), ''),
       ARRAY(SELECT d ->> 'path' FROM jsonb_array_elements(newest.differences) WITH ORDINALITY e (d, n)
             WHERE d ? 'meant' ORDER BY n)
FROM unnest(%s::text[]) AS wanted (signature)
CROSS JOIN LATERAL (
    SELECT explanation, payload -> 'differences' AS differences FROM migration_harness_comparisonsample
    WHERE signature = wanted.signature ORDER BY at DESC LIMIT 1
) newest
"""

_FIRST_AT: Final = 6
_LAST_AT: Final = 7
"""Places of a row's times. They come as texts: Django reads a time by a regular expression, and here are thousands."""

_Newest = tuple[str, tuple[Field, ...], str, tuple[str, ...]]
_NO_SAMPLE: Final[_Newest] = ("", (), "", ())

REVIEW_ORDER: Final = ("open", "reopened", "acknowledged", "fixed", "explained")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """All comparisons that differ in the same way. Measures are summed over all of them.

    ``one_sided`` of them have a measure on one side only; ``raised`` says where a side raised in the newest sample.
    ``meant`` are those of its paths that a rule expects, so that the others stand first.
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
    fields: tuple[Field, ...]
    raised: str
    meant: tuple[str, ...]
    review: DiscrepancyReview | None
    assignment: DiscrepancyAssignment | None
    note_count: int

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths that differ, those that no rule expects first."""
        found = [path for path, _ in self.fields]
        return tuple(sorted(found, key=lambda path: path in self.meant))

    @property
    def unexpected(self) -> tuple[str, ...]:
        """The paths that differ and no rule expects."""
        return tuple(path for path in self.paths if path not in self.meant)

    @property
    def cause(self) -> str:
        """What it has in common with others of its seam and verdict: where a side raised, or what is wrong."""
        return self.raised or ", ".join(sorted(set(self.unexpected)))

    @property
    def assignee(self) -> str:
        """Who is on it; empty for nobody."""
        return self.assignment.assignee if self.assignment else ""


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


def waiting_discrepancies() -> list[Discrepancy]:
    """Return those that are open or reopened, the most frequent first; what nobody has to look at is not read."""
    found = [each for each in _discrepancies(None, without=NEEDS_NOBODY) if needs_review([each])]
    return sorted(found, key=lambda d: -d.count)


def discrepancy(signature: str) -> Discrepancy:
    """Return one discrepancy of comparisons, else one that a search has found; raises UnknownDiscrepancy."""
    found = _discrepancies(signature)
    if not found:
        if (explored := ExploredDiscrepancy.objects.filter(pk=signature).first()) is not None:
            return of_explored(explored, review_facts(signature))
        raise UnknownDiscrepancy(f"There is no discrepancy {signature!r}. List them: harness discrepancies list")
    return found[0]


def samples(signature: str, *, limit: int = 20) -> list[ComparisonSample]:
    """Return the newest full payloads of a discrepancy; of one that only a search has found, its smallest input."""
    found = list(ComparisonSample.objects.filter(signature=signature).order_by("-at")[:limit])
    explored = ExploredDiscrepancy.objects.filter(pk=signature).first() if not found else None
    if explored is None:
        return found
    return [ComparisonSample(signature=signature, payload=explored.payload, at=explored.last_at)]


def of_explored(found: ExploredDiscrepancy, facts: ReviewFacts) -> Discrepancy:
    """Return what a search has found as a discrepancy: of no comparison, and fixed where a later search says so."""
    differences = found.payload["differences"]
    fields = tuple((of_every_element(each["path"]), each["kind"]) for each in differences)
    raised = next((each.get("note", "") for each in differences if each["path"] in PLACES), "")
    row = (found.signature, found.seam, found.verdict, found.group, 0, 0, found.first_at, found.last_at, None, None, 0)
    made = _discrepancy(row, facts, ("", fields, raised, ()))
    return made if found.closed_at is None else replace(made, state=DiscrepancyReview.State.FIXED.value)


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


def _discrepancies(signature: str | None, *, without: Sequence[str] = ()) -> list[Discrepancy]:
    with connection.cursor() as cursor:
        cursor.execute(_DISCREPANCIES_SQL, {"signature": signature, "without": list(without)})
        rows = [_with_times(row) for row in cursor.fetchall()]
    if not rows:
        return []
    signatures = [row[0] for row in rows]
    facts, newest = review_facts(signature), _newest_samples(signatures)
    return [_discrepancy(row, facts, newest.get(row[0], _NO_SAMPLE)) for row in rows]


def _with_times(row: tuple[Any, ...]) -> tuple[Any, ...]:
    first_at, last_at = (datetime.fromisoformat(row[place]).astimezone(UTC) for place in (_FIRST_AT, _LAST_AT))
    return (*row[:_FIRST_AT], first_at, last_at, *row[_LAST_AT + 1 :])


def _newest_samples(signatures: list[str]) -> dict[str, _Newest]:
    """Return explanation, differing fields and place of the raise of each discrepancy's newest sample, nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_SAMPLES_SQL, [list(PLACES), signatures])
        rows = cursor.fetchall()
    return {
        signature: (
            explanation,
            tuple(zip(map(of_every_element, paths), kinds, strict=True)),
            raised,
            tuple(map(of_every_element, meant)),
        )
        for signature, explanation, paths, kinds, raised, meant in rows
    }


def _discrepancy(row: tuple[Any, ...], facts: ReviewFacts, sample: _Newest) -> Discrepancy:
    signature, seam, verdict, group, count, accounts, first_at, last_at, *sums = row
    control_sum, candidate_sum, one_sided = sums
    (explanation, fields, raised, meant), review = sample, facts.reviews.get(signature)
    stored = facts.expected(seam=seam, verdict=verdict, fields=fields, group=group)
    if set(meant) | set(stored) < {path for path, _ in fields}:
        meant = tuple(dict.fromkeys((*meant, *stored)))
    covering = facts.covering(seam=seam, verdict=verdict, fields=fields, group=group)
    return Discrepancy(
        signature=signature,
        seam=seam,
        verdict=verdict,
        group=tuple(group),
        state=state_of(verdict=verdict, review=review, covering=covering, count=count, last_at=last_at),
        count=count,
        accounts=accounts,
        first_at=first_at,
        last_at=last_at,
        control_sum=control_sum,
        candidate_sum=candidate_sum,
        one_sided=one_sided,
        explanation=covering.name if covering else explanation,
        fields=fields,
        raised=raised,
        meant=meant,
        review=review,
        assignment=facts.assignments.get(signature),
        note_count=facts.note_counts.get(signature, 0),
    )


def needs_review(found: Iterable[Discrepancy]) -> int:
    """Count those that are open or reopened."""
    return sum(1 for d in found if d.state in ("open", "reopened"))
