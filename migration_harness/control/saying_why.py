"""The reason of a rollback, given after it: nobody looks for words first while customers are charged wrongly."""

from collections.abc import Mapping

from django.utils import timezone

from migration_harness.authority.actors import Actor
from migration_harness.authority.persons import acting
from migration_harness.database import transaction
from migration_harness.exceptions import InvalidChange
from migration_harness.models import AuditEvent
from migration_harness.trail import audit
from migration_harness.trail.audit import Entry

SAID_WHY = "say why"
_ROLLED_BACK = "roll back"


def say_why(*, epochs: Mapping[str, int], actor: Actor | str, reason: str) -> None:
    """Put the reason of a rollback on the trail, beside its events, which stay as they were written.

    ``epochs`` has the flags that were rolled back with the epoch that each took. Anybody who may roll back may say it.
    Raises InvalidChange where one of them is no rollback, or where no reason is given.
    """
    if not reason.strip():
        raise InvalidChange("Say why it was rolled back.")
    with transaction.atomic():
        for flag, epoch in sorted(epochs.items()):
            if not AuditEvent.objects.filter(subject=flag, action=_ROLLED_BACK, evidence__epoch=epoch).exists():
                raise InvalidChange(
                    f"{flag} was not rolled back at epoch {epoch}: there is nothing to give a reason for."
                )
            entry = Entry(
                actor=acting(actor).name,
                action=SAID_WHY,
                subject=flag,
                before={},
                after={},
                reason=reason,
                evidence={"rolled_back_at_epoch": epoch},
            )
            audit.append(entry, now=timezone.now())
