"""The usage log as past calls of the money seams."""

# @legacy file model-based-credits

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.db.models import QuerySet

from igny8_core.auth.models import Account
from igny8_core.auth.subjects import Payer
from igny8_core.business.billing.models import CreditUsageLog, OperationType
from igny8_core.business.billing.remembered import Steady
from igny8_core.business.billing.seams import credit_cost, image_cost
from igny8_core.business.billing.usage import Usage
from migration_harness.api import RecordedCall

_BATCH: Final = 5_000
_IMAGES: Final = OperationType.IMAGE_GENERATION.value
_COLUMNS: Final = (
    "pk", "account_id", "operation_type", "model_used", "transaction__metadata__candidate_model",
    "tokens_input", "tokens_output", "transaction__operation_id", "created_at",
)  # fmt: skip


class UsageLog:
    """What was charged, as the money seams were asked for it. Use that nobody paid for is no call of theirs."""

    seams = (image_cost.name, credit_cost.name)

    def count(self, *, seams: tuple[str, ...], since: datetime, until: datetime) -> int:
        """Return how many operations were charged."""
        return self._charged(seams, since, until).count()

    def calls(self, *, seams: tuple[str, ...], since: datetime, until: datetime) -> Iterator[RecordedCall]:
        """Yield the charged operations, in batches by primary key: no transaction stays open, no cursor."""
        rows, last = self._charged(seams, since, until).order_by("pk").values_list(*_COLUMNS), 0
        payer = cache(lambda pk: Payer.of(Account.objects.get(pk=pk)))
        while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
            for pk, account_id, *row in batch:
                yield _call(pk, payer(account_id), *row)
            last = batch[-1][0]

    def steady(self) -> AbstractContextManager[object]:
        """Hold the models' prices and the tariffs still."""
        return Steady()

    def _charged(self, seams: tuple[str, ...], since: datetime, until: datetime) -> QuerySet[CreditUsageLog]:
        rows = CreditUsageLog.objects.filter(credits_used__gt=0, created_at__gte=since, created_at__lt=until)
        if image_cost.name not in seams:
            rows = rows.exclude(operation_type=_IMAGES)
        if credit_cost.name not in seams:
            rows = rows.filter(operation_type=_IMAGES)
        return rows


def _call(
    pk: int,
    payer: Payer,
    operation: str,
    model: str,
    target_model: str | None,
    tokens_input: int,
    tokens_output: int,
    operation_id: str | None,
    at: datetime,
) -> RecordedCall:
    arguments: dict[str, Any] = {"account": payer, "model": model, "target_model": target_model or ""}
    seam = image_cost.name
    if operation == _IMAGES:
        # Images are charged one by one.
        arguments["images"] = 1
    else:
        seam = credit_cost.name
        arguments |= {"operation": operation, "usage": Usage(tokens_input=tokens_input, tokens_output=tokens_output)}
    return RecordedCall(seam=seam, arguments=arguments, operation_id=operation_id or f"usage:{pk}", at=at)


usage = UsageLog()
