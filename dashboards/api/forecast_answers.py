"""What an answer says of a forecast. Credits are whole numbers, USD is decimal text."""

from rest_framework import serializers

from dashboards.api.answers import Answer


class SignOffAnswer(Answer):
    """Whether a signature holds, in one sentence: ``answer`` is open, closed or unknown."""

    answer = serializers.CharField()
    sentence = serializers.CharField()
    void = serializers.BooleanField()
    forecast = serializers.IntegerField(allow_null=True)
    signed_by = serializers.CharField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)


class KeptForecastAnswer(Answer):
    """A forecast that was made; ``void`` says why it does not hold any more, and is empty where it does."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    void = serializers.CharField(allow_blank=True)
    summary = serializers.DictField()


class ForecastAnswer(Answer):
    """The newest forecast, null where none was made, and whether a person signed one."""

    sign_off = SignOffAnswer()
    forecast = KeptForecastAnswer(allow_null=True)
