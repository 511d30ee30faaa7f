"""What an answer says of two stores that were made equal."""

from rest_framework import serializers

from dashboards.api.answers import Answer


class UnrepairedAnswer(Answer):
    """A key that is still different; ``error`` is the class of what went wrong."""

    seam = serializers.CharField()
    key = serializers.CharField()
    attempts = serializers.IntegerField()
    error = serializers.CharField()


class ReconciliationAnswer(Answer):
    """What came of all drift: how many keys are repaired, and which ones are not."""

    repaired = serializers.IntegerField()
    failed = UnrepairedAnswer(many=True)


class ResyncAnswer(Answer):
    """What was copied to the store of the side ``to``, and the stage of the cohort since.

    ``equal`` keys needed no copy; ``extra`` ones are in that store alone and were left there.
    """

    flag = serializers.CharField()
    to = serializers.CharField()
    copied = serializers.IntegerField()
    equal = serializers.IntegerField()
    extra = serializers.ListField(child=serializers.CharField())
    stage = serializers.CharField()
