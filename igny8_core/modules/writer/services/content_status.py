"""From draft over review to published, and back."""

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from igny8_core.auth.models import Account
from igny8_core.modules.writer.exceptions import StatusRefused
from igny8_core.modules.writer.models import Content

Status = Content.Status

NEXT: Final[Mapping[Status, frozenset[Status]]] = {
    Status.DRAFT: frozenset({Status.REVIEW}),
    Status.REVIEW: frozenset({Status.DRAFT, Status.PUBLISHED}),
    Status.PUBLISHED: frozenset({Status.REVIEW}),
}
"""Which statuses follow which: nothing is published that nobody has reviewed."""


@transaction.atomic
def change_status(*, account: Account, content_id: int, status: Status) -> Content:
    """Give a content of the account another status, and return it; the status that it has already is no change.

    Raises StatusRefused where the status does not follow, Content.DoesNotExist where the account has no such content.
    """
    content = Content.objects.select_for_update().get(account=account, pk=content_id)
    now = Status(content.status)
    if status is now:
        return content
    if status not in NEXT[now]:
        possible = " or ".join(sorted(NEXT[now]))
        raise StatusRefused(f"The content {content.pk} is {now}; from there it becomes {possible}, not {status}.")
    content.status = status
    content.save(update_fields=["status", "updated_at"])
    return content
