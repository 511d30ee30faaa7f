"""What an account has used, and what it was charged for it. Each costs one query, however many rows there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Count, Model, QuerySet, Sum

from igny8_core.auth.models import Account
from igny8_core.business.billing.models import CreditUsageLog

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSum:
    """What some operations used and cost. ``cost_usd``: of those whose provider's cost is known, None for none."""

    operations: int
    credits: int
    tokens_input: int
    tokens_output: int
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageGroup(UsageSum):
    """The operations of one type on one model."""

    operation_type: str
    model_used: str


def within(rows: QuerySet[Row], *, since: date | None, until: date | None) -> QuerySet[Row]:
    """Return the rows created from the first moment of ``since`` to the last of ``until``: days in UTC."""
    if since is not None:
        rows = rows.filter(created_at__gte=datetime.combine(since, time.min, tzinfo=UTC))
    if until is not None:
        rows = rows.filter(created_at__lt=datetime.combine(until + timedelta(days=1), time.min, tzinfo=UTC))
    return rows


def usage_by_operation_and_model(*, account: Account, since: date, until: date) -> list[UsageGroup]:
    """Return the account's usage of a period, the most expensive group first."""
    found = (
        within(CreditUsageLog.objects.filter(account=account), since=since, until=until)
        .values("operation_type", "model_used")
        .annotate(
            operations=Count("pk"),
            credits=Sum("credits_used"),
            sent=Sum("tokens_input"),
            generated=Sum("tokens_output"),
            cost=Sum("cost_usd"),
        )
        .order_by("-credits", "operation_type", "model_used")
    )
    return [_group(row) for row in found]


def total(groups: Sequence[UsageSum]) -> UsageSum:
    """Return the sum of all groups."""
    costs = [group.cost_usd for group in groups if group.cost_usd is not None]
    return UsageSum(
        operations=sum(group.operations for group in groups),
        credits=sum(group.credits for group in groups),
        tokens_input=sum(group.tokens_input for group in groups),
        tokens_output=sum(group.tokens_output for group in groups),
        cost_usd=sum(costs, Decimal(0)) if costs else None,
    )


def _group(row: Mapping[str, Any]) -> UsageGroup:
    return UsageGroup(
        operation_type=row["operation_type"],
        model_used=row["model_used"],
        operations=row["operations"],
        credits=row["credits"],
        tokens_input=row["sent"],
        tokens_output=row["generated"],
        cost_usd=row["cost"],
    )
