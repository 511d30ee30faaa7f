"""Gathers what a certificate says, of one moment: evidence, money, the trail in full, and what came of each phase."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from migration_harness import queries
from migration_harness.certificate import told
from migration_harness.evidence.findings import ALPHA, MOST_RATIO
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.isolation import one_moment
from migration_harness.models import Epoch, ForecastSignOff, RollbackProof, VerifiedBackup
from migration_harness.money.forecast.sign_off import forecast_signed_off
from migration_harness.money.trial_balance.standing import standing as trial_balance
from migration_harness.plan import plan
from migration_harness.rollout.criteria.answering import completion
from migration_harness.rollout.removal import REMOVED
from migration_harness.rollout.revision import running_revision
from migration_harness.trail import audit
from migration_harness.trail.check import in_order, moment_hashed
from migration_harness.trail.hashing import FIELDS

Content = dict[str, Any]


def gather(*, made_by: str) -> Content:
    """Return what is certified. Raises AuditTampered where the trail is not whole: then there is nothing to certify."""
    now = timezone.now()
    with one_moment():
        head = audit.verified()
        events = [_event(event) for event in in_order()]
        epoch = Epoch.objects.values_list("value", flat=True).first() or 0
        seams, strata = _evidence()
        return {
            "made_at": _utc(now),
            "made_by": made_by,
            "revision": _revision(),
            "phases": list(_phases()),
            "criteria": _criteria(now),
            "alpha": ALPHA,
            "most_ratio": MOST_RATIO,
            "seams": seams,
            "strata": strata,
            "forecast": _forecast(),
            "open_discrepancies": queries.needs_review(queries.discrepancies()),
            "proofs": [_proof(row) for row in RollbackProof.objects.order_by("id")],
            "healed": list(_healed(events)),
            "removal": _removal(events),
            "backups": [_backup(row) for row in VerifiedBackup.objects.order_by("id")],
            "trial_balance": _trial_balance(),
            "trail": {"head": head.head, "count": len(events), "epoch": epoch, "events": events},
            **told.numbers(events),
        }


def _event(event: Any) -> Content:
    fields = {name: getattr(event, name) for name in (*FIELDS, "hash")}
    return {"id": event.pk, "moment": moment_hashed(event)} | fields


def _revision() -> Content:
    found = running_revision()
    return {"name": found.name, "dirty": found.dirty}


def _phases() -> Iterator[Content]:
    for status in queries.phase_statuses():
        flags = [flag.name for flag in status.phase.flags]
        yield {"number": status.phase.number, "name": status.phase.name, "state": status.state, "flags": flags}


def _criteria(now: datetime) -> list[Content]:
    try:
        found = completion(now=now)
    except HarnessMisconfigured:
        return []
    return [{"words": each.words, "answer": each.answer.value, "sentence": each.sentence} for each in found.criteria]


def _evidence() -> tuple[list[Content], list[Content]]:
    """Return each seam in its evidence window, with its verdicts of all time and both sums; and each stratum."""
    totals = {each.name: each for each in queries.seam_statuses()}
    found = queries.evidence_for(plan().phases)
    seams = [_seam(each, totals.get(each.name), phase.number) for phase in found for each in phase.seams]
    strata = [
        {
            "phase": phase.number, "execution_path": each.execution_path, "operation": each.operation,
            "model": each.model, "seam": each.seam, "comparisons": each.comparisons or 0,
            "unexplained": each.unexplained or 0, "answer": each.finding.answer.value,
        }
        for phase in found
        for each in phase.strata
    ]  # fmt: skip
    return seams, strata


def _seam(each: Any, total: Any, phase: int) -> Content:
    return {
        "phase": phase,
        "name": each.name,
        "flag": each.flag,
        "revision": each.revision,
        "since": _utc(each.since),
        "until": _utc(each.last_at),
        "comparisons": each.comparisons,
        "failures": each.failures,
        "bound": each.bound,
        "answer": each.finding.answer.value,
        "verdicts": dict(total.verdicts) if total else {},
        "measure": total.measure if total else None,
        "control_sum": _text(total.control_sum) if total else None,
        "candidate_sum": _text(total.candidate_sum) if total else None,
    }


def _forecast() -> Content:
    """Return the newest signed forecast: what it said, who signed it, and whether that holds."""
    signed = ForecastSignOff.objects.select_related("forecast").order_by("-id").first()
    status = forecast_signed_off()
    found: Content = {"answer": status.answer.value, "sentence": status.sentence}
    if signed is None:
        return found
    kept = signed.forecast
    return found | {
        "number": kept.pk,
        "made_at": _utc(kept.at),
        "flags": list(kept.flags),
        "calls_of": kept.calls_of,
        "headline": kept.summary.get("headline"),
        "totals": kept.summary.get("totals"),
        "signed_by": signed.actor,
        "signed_at": _utc(signed.at),
    }


def _proof(row: RollbackProof) -> Content:
    names = ("epoch", "flags", "epochs", "is_drill", "holds", "waited_ms", "actor")
    acknowledged, fenced = row.told.get("acknowledged", []), row.told.get("fenced", [])
    counts = {"acknowledged": len(acknowledged), "fenced": len(fenced), "late": len(row.told.get("late", []))}
    return {name: getattr(row, name) for name in names} | counts | {"at": _utc(row.at)}


def _healed(events: list[Content]) -> Iterator[Content]:
    for event in events:
        if event["action"] == "heal":
            yield {"event": event["id"], "flag": event["subject"], **event["evidence"].get("healed", {})}


def _removal(events: list[Content]) -> Content | None:
    """Return what the trail says of the newest deletion; None: the legacy code is not removed yet."""
    found = next((event for event in reversed(events) if event["action"] == REMOVED), None)
    return None if found is None else {"event": found["id"], "at": found["moment"], **found["evidence"]}


def _backup(row: VerifiedBackup) -> Content:
    names = ("backup", "sha256", "rows", "equal", "made_by", "actor")
    return {name: getattr(row, name) for name in names} | {"made_at": _utc(row.made_at), "verified_at": _utc(row.at)}


def _trial_balance() -> Content:
    found = trial_balance()
    return {
        "answer": found.finding.answer.value,
        "sentence": found.finding.sentence,
        "broken": dict(found.counts),
        "checked_at": _utc(found.checked_at),
        "entries_to": found.entries_to,
    }


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _text(amount: object) -> str | None:
    return None if amount is None else str(amount)
