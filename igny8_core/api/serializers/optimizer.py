"""Optimizations of contents as JSON."""

from typing import Any

from rest_framework import serializers

from igny8_core.api.serializers.common import OperationRequest, OutcomeAnswer
from igny8_core.business.optimizer.models import OptimizationTask


class OptimizationRow(serializers.ModelSerializer[OptimizationTask]):
    """An optimization in a list: its scores, without the HTML."""

    content_title = serializers.CharField(source="content.title", read_only=True)
    scores_before = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    scores_after = serializers.DictField(child=serializers.IntegerField(), read_only=True)

    class Meta:
        model = OptimizationTask
        fields = [
            "id", "site", "content", "content_title", "status", "scores_before", "scores_after", "model_name",
            "created_at", "applied_at",
        ]  # fmt: skip
        read_only_fields: Any = fields


class OptimizationSerializer(OptimizationRow):
    """An optimization: the content before and after."""

    class Meta(OptimizationRow.Meta):
        fields = [
            *OptimizationRow.Meta.fields, "html_before", "html_after", "meta_title_before", "meta_title_after",
            "meta_description_before", "meta_description_after",
        ]  # fmt: skip
        read_only_fields = fields


class OptimizeRequest(OperationRequest):
    """The button of the optimizer."""

    apply = serializers.BooleanField(default=False, help_text="Whether the content is changed at once.")


class OptimizeAnswer(OutcomeAnswer):
    """What came of optimizing; ``created`` is the id of the optimization."""

    applied = serializers.BooleanField(help_text="Whether the content was changed. It was not where somebody else did.")
