"""Discrepancies and what people said about them, as scripts read them."""

from dataclasses import asdict
from typing import Any

from migration_harness import queries
from migration_harness.queries import Discrepancy, ProbableCause


def as_json(found: Discrepancy) -> dict[str, Any]:
    """Return a discrepancy as scripts read it."""
    values = asdict(found)
    review, fields = values.pop("review"), values.pop("fields")
    del values["assignment"]
    return values | {
        "paths": [path for path, _ in fields],
        "cause": found.cause,
        "assignee": found.assignee,
        "review": None if review is None else {"state": review.state, "actor": review.actor, "reason": review.reason},
    }


def with_samples(found: Discrepancy) -> dict[str, Any]:
    """Return a discrepancy with its samples as scripts read it."""
    return as_json(found) | {"samples": [_sample_json(sample) for sample in queries.samples(found.signature)]}


def probable(cause: ProbableCause | None) -> dict[str, Any] | None:
    """Return what it probably comes from; None where an explanation is its cause."""
    if cause is None:
        return None
    paid = asdict(cause.paid) | {side: queries.plain(getattr(cause.paid, side)) for side in ("control", "candidate")}
    return asdict(cause) | {"paid": paid}


def said(found: Discrepancy) -> dict[str, Any]:
    """Return what people have said about it."""
    written = queries.notes(found.signature)
    return {
        "assignment": found.assignment
        and {"assignee": found.assignee, "actor": found.assignment.actor, "at": found.assignment.at.isoformat()},
        "notes": [{"text": note.text, "actor": note.actor, "at": note.at.isoformat()} for note in written],
        "explanations": [queries.described(each) for each in queries.explanations_of(found)],
    }


def _sample_json(sample: Any) -> dict[str, Any]:
    return {
        "account_id": sample.account_id,
        "operation_id": sample.operation_id,
        "at": sample.at.isoformat(),
        **sample.payload,
    }
