"""What an answer says of causes."""

from rest_framework import serializers

from dashboards.api.answers import Answer, DiscrepancyAnswer, ReviewedAnswer


class CauseAnswer(Answer):
    """Discrepancies of one seam and verdict that raise at one place, or differ in the same fields."""

    name = serializers.CharField()
    seam = serializers.CharField()
    verdict = serializers.CharField()
    what = serializers.CharField()
    count = serializers.IntegerField()
    groups = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class CauseAndDiscrepanciesAnswer(CauseAnswer):
    """A cause with every discrepancy that it is found in."""

    discrepancies = DiscrepancyAnswer(many=True)


class ReviewedCauseAnswer(Answer):
    """Which discrepancies a review of a cause changed, or with ``dry_run`` would change."""

    name = serializers.CharField()
    dry_run = serializers.BooleanField()
    changed = ReviewedAnswer(many=True)
