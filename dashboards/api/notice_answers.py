"""What an answer says of notices."""

from rest_framework import serializers

from dashboards.api.answers import Answer


class DeliveryAnswer(Answer):
    """A notice on its way to one who is told; ``target`` is the address of an e-mail."""

    channel = serializers.CharField()
    target = serializers.CharField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    next_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField()
    delivered_at = serializers.DateTimeField(allow_null=True)


class NoticeAnswer(Answer):
    """What was told, to whom, and whether it has arrived; ``key`` is the id of its webhook."""

    number = serializers.IntegerField()
    key = serializers.UUIDField()
    kind = serializers.CharField()
    subject = serializers.CharField()
    sentence = serializers.CharField()
    details = serializers.DictField()
    at = serializers.DateTimeField()
    state = serializers.CharField()
    deliveries = DeliveryAnswer(many=True)
