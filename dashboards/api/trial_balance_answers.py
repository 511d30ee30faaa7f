"""What an answer says of the trial balance."""

from rest_framework import serializers

from dashboards.api.answers import Answer
from dashboards.api.evidence_answers import FindingAnswer


class BrokenAnswer(Answer):
    """An invariant that does not hold, with the rows that break it."""

    law = serializers.CharField()
    sentence = serializers.CharField()
    account_id = serializers.CharField(help_text="Empty: of no account.")
    book = serializers.CharField(help_text="The book whose rows these are: entries or usage; empty: of none.")
    rows = serializers.ListField(child=serializers.IntegerField())
    since = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()


class WayAnswer(Answer):
    """A way through what was checked before."""

    name = serializers.CharField()
    rounds = serializers.IntegerField(help_text="How often it came to its end.")
    finished_at = serializers.DateTimeField(allow_null=True)
    is_due = serializers.BooleanField(help_text="It is gone at once: rows were changed, or the server was started.")


class TrialBalanceAnswer(Answer):
    """Where the trial balance stands; ``counts`` has every law."""

    finding = FindingAnswer()
    broken = BrokenAnswer(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    unsure = serializers.CharField(
        allow_blank=True, help_text="Why nobody knows of what is not broken; empty: it holds."
    )
    checked_at = serializers.DateTimeField(allow_null=True)
    is_caught_up = serializers.BooleanField()
    entries_to = serializers.IntegerField(allow_null=True)
    ways = WayAnswer(many=True)
