"""What an account has, has used and was charged."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import ServiceEndpoint, Tenant
from igny8_core.api.requests import PageQuery, PeriodQuery
from igny8_core.business.billing import queries
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog, OperationType

MOST_DAYS: Final = 366
"""Days of a summary."""
_DAYS: Final = 30


class UsageQuery(PageQuery, PeriodQuery):
    """Which operations."""

    operation = serializers.ChoiceField(choices=OperationType.choices, required=False)
    model = serializers.CharField(required=False, max_length=100, help_text="The model that was used, by name.")


class TransactionQuery(PageQuery, PeriodQuery):
    """Which entries of the ledger."""

    type = serializers.ChoiceField(choices=CreditTransaction.TransactionType.choices, required=False)


class SummaryQuery(PeriodQuery):
    """Which days; the last thirty where nothing is said."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Complete the period; refuse one that is longer than a year."""
        until = attrs.get("until") or timezone.now().date()
        since = attrs.get("since") or until - timedelta(days=_DAYS - 1)
        if until - since >= timedelta(days=MOST_DAYS):
            raise serializers.ValidationError({"since": [f"A summary is of {MOST_DAYS} days at most."]})
        return super().validate({"since": since, "until": until})


class BalanceSerializer(serializers.Serializer[Any]):
    """What an account has left, and what its plan adds each billing period; in credits."""

    credits = serializers.IntegerField()
    included_credits = serializers.IntegerField()


class UsageSerializer(serializers.ModelSerializer[CreditUsageLog]):
    """One operation: what it used, its price in credits, and the provider's cost in USD."""

    class Meta:
        model = CreditUsageLog
        fields = [
            "id", "created_at", "operation_type", "model_used", "tokens_input", "tokens_output", "credits_used",
            "cost_usd", "related_object_type", "related_object_id",
        ]  # fmt: skip
        read_only_fields = fields


class TransactionSerializer(serializers.ModelSerializer[CreditTransaction]):
    """One entry of the ledger, in credits: a deduction is negative."""

    class Meta:
        model = CreditTransaction
        fields = [
            "id", "created_at", "transaction_type", "amount", "balance_after", "description", "reference_id",
            "operation_id",
        ]  # fmt: skip
        read_only_fields = fields


class UsageSumSerializer(serializers.Serializer[queries.UsageSum]):
    """A sum of operations. The cost is that of the provider, in USD, where it is known."""

    operations = serializers.IntegerField()
    credits = serializers.IntegerField()
    tokens_input = serializers.IntegerField()
    tokens_output = serializers.IntegerField()
    cost_usd = serializers.DecimalField(max_digits=None, decimal_places=6, allow_null=True)


class UsageGroupSerializer(UsageSumSerializer):
    """The operations of one type on one model."""

    operation_type = serializers.ChoiceField(choices=OperationType.choices)
    model_used = serializers.CharField()


class SummarySerializer(serializers.Serializer[Any]):
    """The usage of a period, the most expensive group first."""

    since = serializers.DateField()
    until = serializers.DateField()
    total = UsageSumSerializer()
    groups = UsageGroupSerializer(many=True)


class Balance(ServiceEndpoint):
    """The account's credits."""

    @extend_schema(responses=BalanceSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Answer the balance."""
        plan = self.account.plan
        return Response({"credits": self.account.credits, "included_credits": plan.included_credits})


class Usage(mixins.ListModelMixin, Tenant):
    """What the account has used, operation by operation, newest first."""

    queryset = CreditUsageLog.objects.order_by("-created_at", "-pk")
    serializer_class = UsageSerializer
    query = UsageQuery

    def get_queryset(self) -> QuerySet[CreditUsageLog]:
        """Return the operations that the query asks for."""
        asked = self.asked_for
        rows = queries.within(super().get_queryset(), since=asked.get("since"), until=asked.get("until"))
        if "operation" in asked:
            rows = rows.filter(operation_type=asked["operation"])
        return rows.filter(model_used=asked["model"]) if "model" in asked else rows


class Transactions(mixins.ListModelMixin, Tenant):
    """The account's entries in the ledger, newest first."""

    queryset = CreditTransaction.objects.order_by("-pk")
    serializer_class = TransactionSerializer
    query = TransactionQuery

    def get_queryset(self) -> QuerySet[CreditTransaction]:
        """Return the entries that the query asks for."""
        asked = self.asked_for
        rows = queries.within(super().get_queryset(), since=asked.get("since"), until=asked.get("until"))
        return rows.filter(transaction_type=asked["type"]) if "type" in asked else rows


class UsageSummary(ServiceEndpoint):
    """What the account has used in a period, by operation and model."""

    query = SummaryQuery

    @extend_schema(responses=SummarySerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002  Every method takes the request.
        """Sum up the usage of a period: operations, credits, tokens, and the provider's cost."""
        groups = queries.usage_by_operation_and_model(account=self.account, **self.asked_for)
        summary = {**self.asked_for, "total": queries.total(groups), "groups": groups}
        return Response(SummarySerializer(summary).data)
