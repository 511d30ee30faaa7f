"""What an answer says of flags and of their changes."""

from rest_framework import serializers

from dashboards.api.answers import Answer


class FlagAnswer(Answer):
    """A flag, as ``FlagStatus`` has it."""

    name = serializers.CharField()
    owner = serializers.CharField()
    note = serializers.CharField()
    stage = serializers.CharField()
    baseline = serializers.CharField()
    everyone = serializers.BooleanField(allow_null=True)
    share_bps = serializers.IntegerField()
    compared_bps = serializers.IntegerField()
    included = serializers.IntegerField()
    excluded = serializers.IntegerField()
    epoch = serializers.IntegerField()
    requires = serializers.ListField(child=serializers.CharField())
    has_store = serializers.BooleanField()


class FlagAndCohortAnswer(FlagAnswer):
    """A flag, how many of all accounts are on the candidate, and the ids on its list whose account is gone."""

    on_candidate = serializers.IntegerField()
    accounts = serializers.IntegerField()
    gone = serializers.ListField(child=serializers.CharField())


class RequiringAnswer(Answer):
    """A flag that requires the one that was changed, and how many accounts joined or left it for that."""

    flag = serializers.CharField()
    joined = serializers.IntegerField()
    left = serializers.IntegerField()


class FlipAnswer(Answer):
    """A change of a flag, and what it did to accounts.

    ``joined`` came to the candidate, ``left`` went back to the control; ``required_by`` says it of the flags that
    require this one. ``money`` counts those that left any of them and pay more now, and those whose balance would
    last less than a day. ``undo`` is the body of the PATCH that returns to where the flag was; ``way_forward``
    are those that return a rolled-back flag to where it was before it was rolled back.
    """

    flag = serializers.CharField()
    changed = serializers.BooleanField()
    epoch = serializers.IntegerField()
    before = serializers.DictField()
    after = serializers.DictField()
    on_candidate = serializers.IntegerField()
    accounts = serializers.IntegerField()
    joined = serializers.IntegerField()
    left = serializers.IntegerField()
    required_by = RequiringAnswer(many=True)
    money = serializers.DictField(child=serializers.IntegerField())
    undo = serializers.DictField()
    way_forward = serializers.ListField(child=serializers.DictField())


class AcknowledgementAnswer(Answer):
    """A process that decides by the new epoch, and what it had begun before."""

    process = serializers.CharField()
    after_ms = serializers.FloatField()
    open_units = serializers.IntegerField()


class ProofAnswer(Answer):
    """Who obeys: ``fenced`` lost their lease, ``late`` do not obey, ``ended`` connections were closed."""

    epoch = serializers.IntegerField()
    holds = serializers.BooleanField()
    waited_ms = serializers.FloatField()
    open_units = serializers.IntegerField()
    acknowledged = AcknowledgementAnswer(many=True)
    fenced = serializers.ListField(child=serializers.CharField())
    late = serializers.ListField(child=serializers.CharField())
    ended = serializers.ListField(child=serializers.CharField())


class ProvenFlipAnswer(FlipAnswer):
    """A change of a flag, and who obeys it."""

    proof = ProofAnswer()


class ProvenFlipsAnswer(Answer):
    """Changes that were made together, and who obeys them."""

    flags = FlipAnswer(many=True)
    proof = ProofAnswer()
