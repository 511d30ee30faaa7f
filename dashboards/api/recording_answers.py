"""What an answer says of recorded operations."""

from rest_framework import serializers

from dashboards.api.answers import Answer


class RecordingAnswer(Answer):
    """An operation that was recorded; ``held``, ``broken`` and ``unsaid`` name laws, ``missing`` has sentences."""

    number = serializers.IntegerField(source="pk")
    kind = serializers.CharField()
    operation_id = serializers.CharField()
    account_id = serializers.CharField()
    execution_path = serializers.CharField()
    revision = serializers.CharField()
    run = serializers.CharField()
    at = serializers.DateTimeField()
    duration_ms = serializers.FloatField()
    error = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField())
    held = serializers.ListField(child=serializers.CharField())
    broken = serializers.ListField(child=serializers.CharField())
    unsaid = serializers.ListField(child=serializers.CharField())


class RowAnswer(Answer):
    """A row that was changed: its columns before, null where it was inserted, and after, null where it was deleted."""

    model = serializers.CharField()
    change = serializers.CharField()
    key = serializers.CharField()
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)


class StepAnswer(Answer):
    """What others noticed: of what kind, to whom, what it said, and what came back, or null."""

    kind = serializers.CharField()
    name = serializers.CharField()
    payload = serializers.DictField()
    answer = serializers.DictField(allow_null=True)


class RecordingAndEffectsAnswer(RecordingAnswer):
    """A recorded operation with what it was given and did."""

    inputs = serializers.JSONField()
    outcome = serializers.JSONField(allow_null=True)
    rows = RowAnswer(many=True)
    steps = StepAnswer(many=True)
