"""All reads of the control plane: what commands, pages and the API show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from migration_harness.accounts import directory
from migration_harness.comparator import Verdict
from migration_harness.exceptions import UnknownDiscrepancy, UnknownFlag
from migration_harness.flags import load_snapshot
from migration_harness.models import AuditEvent, ComparisonSample, DiscrepancyReview, Flag, FlagMember
from migration_harness.operations import DRILL_FLAG
from migration_harness.plan import Phase, plan
from migration_harness.processes import Process
from migration_harness.registry import seams
from migration_harness.seams import Seam
from migration_harness.snapshot import Snapshot

ALL_VERDICTS = tuple(verdict.value for verdict in Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagStatus:
    """A flag as an operator sees it. ``share_bps`` and ``compared_bps`` are basis points."""

    name: str
    owner: str
    note: str
    stage: str
    baseline: str
    everyone: bool | None
    share_bps: int
    compared_bps: int
    included: int
    excluded: int
    epoch: int
    requires: tuple[str, ...]
    has_store: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeamStatus:
    """A seam's comparisons: counts by verdict, sums of both measures, time of the last one.

    ``one_sided`` comparisons have a measure on one side only, so the sums are not of the same calls.
    """

    name: str
    flag: str
    measure: str | None
    comparisons: int
    verdicts: Mapping[str, int]
    control_sum: Decimal | None
    candidate_sum: Decimal | None
    one_sided: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStatus:
    """A phase of the plan and how far it is."""

    phase: Phase
    state: str


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


def flag_statuses() -> list[FlagStatus]:
    """Return all flags, by name."""
    members = FlagMember.objects.values_list("flag_id", "included")
    included: dict[int, int] = {}
    excluded: dict[int, int] = {}
    for flag_id, is_included in members:
        counts = included if is_included else excluded
        counts[flag_id] = counts.get(flag_id, 0) + 1
    return [
        FlagStatus(
            name=flag.name,
            owner=flag.owner,
            note=flag.note,
            stage=flag.stage,
            baseline=flag.baseline,
            everyone=flag.everyone,
            share_bps=flag.share_bps,
            compared_bps=flag.compared_bps,
            included=included.get(flag.pk, 0),
            excluded=excluded.get(flag.pk, 0),
            epoch=flag.epoch,
            requires=tuple(flag.requires),
            has_store=flag.has_store,
        )
        for flag in Flag.objects.exclude(name=DRILL_FLAG).order_by("name")
    ]


def flag_status(name: str) -> FlagStatus:
    """Return one flag; raises UnknownFlag."""
    for status in flag_statuses():
        if status.name == name:
            return status
    raise UnknownFlag(f"There is no flag {name!r}.")


def snapshot() -> Snapshot:
    """Return all flags as they are in the database now."""
    return load_snapshot()


def cohort_of(snapshot: Snapshot, name: str, account_ids: Iterable[str]) -> set[str]:
    """Return those accounts for which the candidate is authoritative."""
    return {account_id for account_id in account_ids if snapshot.in_cohort(name, account_id)}


def cohorts(account_ids: Iterable[str]) -> dict[str, list[str]]:
    """Return for every flag those accounts for which the candidate is authoritative now, in the given order."""
    snapshot = load_snapshot()
    ids = list(account_ids)
    return {name: [i for i in ids if snapshot.in_cohort(name, i)] for name in snapshot.flags}


def seam_named(name: str) -> Seam[Any, Any] | None:
    """Return the seam of this name that compares; None for one that is retired and has only its comparisons left."""
    found = seams.get(name)
    return found if isinstance(found, Seam) else None


def seam_statuses() -> list[SeamStatus]:
    """Return every seam with what its comparisons found, a seam without any as well."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seam, verdict, count(*), sum(control_measure), sum(candidate_measure), max(at), "
            "count(*) FILTER (WHERE (control_measure IS NULL) <> (candidate_measure IS NULL)) "
            "FROM migration_harness_comparison GROUP BY seam, verdict"
        )
        rows = cursor.fetchall()
    found: dict[str, list[tuple[Any, ...]]] = {}
    for seam, *rest in rows:
        found.setdefault(seam, []).append(tuple(rest))
    return [_seam_status(seam.name, seam.flag, seam.measure, found.get(seam.name, [])) for seam in seams]


def _seam_status(name: str, flag: str, measure: str | None, rows: list[tuple[Any, ...]]) -> SeamStatus:
    counts = {verdict: count for verdict, count, *_ in rows}
    return SeamStatus(
        name=name,
        flag=flag,
        measure=measure,
        comparisons=sum(counts.values()),
        verdicts={verdict: counts.get(verdict, 0) for verdict in ALL_VERDICTS},
        control_sum=_sum(row[2] for row in rows) if measure else None,
        candidate_sum=_sum(row[3] for row in rows) if measure else None,
        one_sided=sum(row[5] for row in rows),
        last_at=max((row[4] for row in rows), default=None),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def phase_statuses() -> list[PhaseStatus]:
    """Return the phases of the plan in order.

    A phase with flags is active when one of them compares or has a cohort, complete when all of them are
    on for everyone at their last stage, rolled back when one of them is off for everyone.
    """
    flags = {flag.name: flag for flag in flag_statuses()}
    return [
        PhaseStatus(phase=phase, state=_state(phase, [flags[f.name] for f in phase.flags if f.name in flags]))
        for phase in plan().phases
    ]


def _state(phase: Phase, flags: list[FlagStatus]) -> str:
    if phase.additive:
        return "complete"
    if any(flag.everyone is False for flag in flags):
        return "rolled_back"
    if flags and all(flag.everyone and flag.stage == "complete" and not flag.excluded for flag in flags):
        return "complete"
    begun = any(flag.everyone or flag.share_bps or flag.included or flag.baseline != "off" for flag in flags)
    return "active" if begun else "pending"


_DISCREPANCIES_SQL = """
SELECT c.signature, min(c.seam), min(c.verdict), min(c.group_by), count(*), count(DISTINCT c.account_id),
       min(c.at), max(c.at), sum(c.control_measure), sum(c.candidate_measure),
       count(*) FILTER (WHERE (c.control_measure IS NULL) <> (c.candidate_measure IS NULL))
FROM migration_harness_comparison c
WHERE c.signature IS NOT NULL AND (%(signature)s::text IS NULL OR c.signature = %(signature)s)
GROUP BY c.signature
"""

_REVIEW_ORDER = ("open", "reopened", "acknowledged", "fixed", "explained")


def discrepancies() -> list[Discrepancy]:
    """Return all discrepancies: what needs a person first, then the most frequent."""
    found = _discrepancies(None)
    return sorted(found, key=lambda d: (_REVIEW_ORDER.index(d.state), -d.count))


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


def recent_charges(account_id: str, *, flag: str, limit: int = 100) -> tuple[int, Decimal, Decimal]:
    """Return count, legacy price and new price of an account's newest compared charges behind a flag."""
    names = [seam.name for seam in seams if seam.flag == flag and seam.money]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(sum(control_measure), 0), coalesce(sum(candidate_measure), 0) FROM "
            "(SELECT control_measure, candidate_measure FROM migration_harness_comparison "
            "WHERE account_id = %s AND seam = ANY(%s) ORDER BY at DESC LIMIT %s) newest",
            [account_id, names, limit],
        )
        count, control, candidate = cursor.fetchone()
    return count, control, candidate


def audit_trail(*, subject: str | None = None) -> QuerySet[AuditEvent]:
    """Return the audit trail, newest first, to be read a page at a time."""
    events = AuditEvent.objects.order_by("-id")
    return events.filter(subject=subject) if subject else events


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfReturn:
    """What going back to the legacy price means for the accounts that leave a cohort."""

    pay_more: int
    dry_within_a_day: int


def cost_of_return(account_ids: Iterable[str], *, flag: str) -> CostOfReturn:
    """Count who pays more by the legacy tariff, and whose balance is below a day of it.

    The rate is that of the last 24 hours' compared charges; an account without any is in neither count.
    """
    ids = list(account_ids)
    names = [seam.name for seam in seams if seam.flag == flag and seam.money]
    if not ids or not names:
        return CostOfReturn(pay_more=0, dry_within_a_day=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, sum(control_measure), sum(candidate_measure) FROM migration_harness_comparison "
            "WHERE seam = ANY(%s) AND account_id = ANY(%s) AND at > clock_timestamp() - interval '24 hours' "
            "GROUP BY account_id",
            [names, ids],
        )
        spent = {account_id: (legacy or 0, new or 0) for account_id, legacy, new in cursor.fetchall()}
    accounts = directory().describe(spent)
    return CostOfReturn(
        pay_more=sum(1 for legacy, new in spent.values() if legacy > new),
        dry_within_a_day=sum(1 for i, info in accounts.items() if info.balance < spent[i][0]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetMember:
    """A process with a lease. ``behind``: epochs that it has not acknowledged yet."""

    process: Process
    epoch: int
    behind: int
    age_seconds: float
    open_units: int
    is_live: bool


def fleet() -> list[FleetMember]:
    """Return the processes whose lease is live or ran out within the last minute, the stalest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT host, pid, role, l.epoch, (SELECT coalesce(max(value), 0) FROM migration_harness_epoch) - l.epoch, "
            "extract(epoch FROM clock_timestamp() - renewed_at), open_units, expires_at > clock_timestamp() "
            "FROM migration_harness_lease l WHERE expires_at > clock_timestamp() - interval '1 minute' "
            "ORDER BY renewed_at"
        )
        rows = cursor.fetchall()
    return [
        FleetMember(
            process=Process(host=host, pid=pid, role=role),
            epoch=epoch,
            behind=max(0, behind),
            age_seconds=float(age),
            open_units=open_units,
            is_live=is_live,
        )
        for host, pid, role, epoch, behind, age, open_units, is_live in rows
    ]


def audit_events(*, subject: str | None = None, limit: int = 50) -> list[AuditEvent]:
    """Return the newest audit events, newest first."""
    return list(audit_trail(subject=subject)[:limit])


def last_changes() -> dict[str, AuditEvent]:
    """Return the newest audit event of every flag, by the flag's name."""
    names = Flag.objects.values("name")
    newest = AuditEvent.objects.filter(subject__in=names).order_by("subject", "-id").distinct("subject")
    return {event.subject: event for event in newest}


def status() -> dict[str, Any]:
    """Return the contract of ``harness status --json``."""
    flags = flag_statuses()
    return {
        "phases": [
            {
                "number": status.phase.number,
                "name": status.phase.name,
                "state": status.state,
                "flags": [flag.name for flag in status.phase.flags],
                "gates": {"open": 0, "total": 0},
            }
            for status in phase_statuses()
        ],
        "flags": {
            flag.name: {
                "stage": flag.stage,
                "baseline": flag.baseline,
                "everyone": flag.everyone,
                "share_bps": flag.share_bps,
                "included": flag.included,
                "excluded": flag.excluded,
                "epoch": flag.epoch,
            }
            for flag in flags
        },
        "seams": {seam.name: _seam_json(seam) for seam in seam_statuses()},
        "discrepancies": {"open": needs_review(discrepancies())},
    }


def _seam_json(seam: SeamStatus) -> dict[str, Any]:
    found: dict[str, Any] = {
        "flag": seam.flag,
        "comparisons": seam.comparisons,
        "verdicts": dict(seam.verdicts),
    }
    if seam.measure:
        found["measures"] = {"control": plain(seam.control_sum), "candidate": plain(seam.candidate_sum)}
    return found


def plain(value: Decimal | None) -> str:
    """Return an exact number as text without an exponent or trailing zeros."""
    if value is None:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
