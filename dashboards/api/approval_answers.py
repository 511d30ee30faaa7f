"""What an answer says of what needs two people."""

from rest_framework import serializers

from dashboards.api.answers import Answer


class ApprovalAnswer(Answer):
    """What was asked, by whom, and what came of it; ``request`` and ``numbers`` are exactly what is approved."""

    number = serializers.IntegerField()
    act = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.CharField()
    sentence = serializers.CharField()
    request = serializers.DictField()
    numbers = serializers.DictField()
    digest = serializers.CharField()
    reason = serializers.CharField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    answered_by = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)
    said = serializers.CharField()
    used_by = serializers.CharField()
    used_at = serializers.DateTimeField(allow_null=True)
    overridden = serializers.BooleanField()
    again = serializers.CharField()


class ApprovalAndChangesAnswer(ApprovalAnswer):
    """An approval, and what is another now than what was asked; empty where nothing is, or where it is decided."""

    changed = serializers.ListField(child=serializers.CharField())
