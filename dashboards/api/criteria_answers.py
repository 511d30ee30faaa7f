"""What an answer says of the migration's end, and of the errors that stand before it."""

from rest_framework import serializers

from dashboards.api.answers import Answer
from dashboards.api.evidence_answers import FindingAnswer


class CriterionAnswer(FindingAnswer):
    """A line by which the migration is complete; ``remedy`` is what leads there, empty where it holds."""

    name = serializers.CharField()
    words = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class CompletionAnswer(Answer):
    """Whether every line holds, and each of them."""

    complete = serializers.BooleanField()
    criteria = CriterionAnswer(many=True)


class LoggedErrorAnswer(Answer):
    """An error of one day: how often it came, when, and what leads to the last one."""

    event = serializers.CharField()
    logger = serializers.CharField(allow_blank=True)
    level = serializers.CharField()
    times = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    sample = serializers.CharField(allow_blank=True)


class QuietnessAnswer(FindingAnswer):
    """Whether the last seven days were quiet, and the errors that came."""

    kept = LoggedErrorAnswer(many=True)
