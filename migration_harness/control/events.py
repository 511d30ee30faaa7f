"""What is told of a change: its event on the audit trail, and of a flip the announcement to every process."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone

from migration_harness.control.bounded import charges_waiting
from migration_harness.control.gating import Admission
from migration_harness.control.locks import hold_charges
from migration_harness.database import connection
from migration_harness.deciding.flags import Announcement
from migration_harness.deciding.leases import CHANNEL
from migration_harness.isolation import read_committed
from migration_harness.models import Approval, Flag
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

AUDITED: Final = (
    "stage",
    "baseline",
    "everyone",
    "share_bps",
    "compared_bps",
    "requires",
    "owner",
    "has_store",
    "retired",
)
"""The fields of a flag that its events tell."""


def record_event(
    *,
    actor: str,
    action: str,
    subject: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Put a change that the host made on the audit trail. Call it last in the transaction of the change.

    Whoever may read the trail reads all of it: of a secret give the fingerprint.
    """
    entry = Entry(
        actor=actor,
        action=action,
        subject=subject,
        before=dict(before),
        after=dict(after),
        reason=reason,
        evidence=dict(evidence or {}),
    )
    with read_committed():
        audit.append(entry, now=timezone.now())


def record_flip(
    flag: Flag,
    *,
    action: str,
    actor: str,
    before: dict[str, Any],
    after: dict[str, Any],
    reason: str,
    approval: Approval | None = None,
    admission: Admission | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Tell every process of a flip, and write its event: the last of its rows, and the one thing that charges wait for.

    ``evidence`` is what the flip rests on, beside its epoch and its approval. Raises TrailTaken.
    """
    entry = Entry(
        actor=actor,
        action=action,
        subject=flag.name,
        before=before,
        after=after,
        reason=reason,
        evidence={
            "epoch": flag.epoch,
            **({} if approval is None else {"approval": approval.evidence}),
            **({"plan": admission.evidence} if admission and admission.evidence else {}),
            **({"because": dict(evidence)} if evidence else {}),
        },
    )
    # Nobody hears it before the commit.
    _notify(flag)
    audit.wait_until_free()
    hold_charges(flag)
    with charges_waiting():
        audit.append(entry, now=timezone.now())


def _notify(flag: Flag) -> None:
    announcement = Announcement.of(name=flag.name, epoch=flag.epoch)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, announcement])
