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
    retired = serializers.BooleanField(help_text="Off every list: nothing asks it any more.")


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
    last less than a day. ``customers_see`` says what customers see while the control answers them, empty where the plan
    does not. ``undo`` is the body of the PATCH that returns to where the flag was; ``way_forward``
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
    customers_see = serializers.CharField()
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


class KeptAnswer(Answer):
    """A flag that requires one that was rolled back, has no effect without it, and was left as it is."""

    flag = serializers.CharField()
    requires = serializers.ListField(child=serializers.CharField())
    customers_see = serializers.CharField()


class RefusedAnswer(Answer):
    """A flag that was not rolled back, and why."""

    flag = serializers.CharField()
    why = serializers.CharField()


class RollbackAnswer(FlipAnswer):
    """A rollback of a flag, the flags that came ``along`` because they require it, and who obeys.

    ``kept`` are those that were left as they are, ``refused`` those that could not be flipped. The bodies of
    ``way_forward`` are to be sent for the flag first, then for those of ``along`` in their order.
    """

    along = FlipAnswer(many=True)
    kept = KeptAnswer(many=True)
    refused = RefusedAnswer(many=True)
    proof = ProofAnswer()


class RollbacksAnswer(Answer):
    """Rollbacks that were made together, the required flags first, and who obeys them."""

    flags = FlipAnswer(many=True)
    kept = KeptAnswer(many=True)
    refused = RefusedAnswer(many=True)
    proof = ProofAnswer()
