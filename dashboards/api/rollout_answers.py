"""What an answer says of rollouts."""

from rest_framework import serializers

from dashboards.api.answers import Answer, ExactSum
from dashboards.api.flag_answers import ProofAnswer


class RolloutStepAnswer(Answer):
    """A step, as ``StepStatus`` has it; ``compared`` and ``answered`` are null but for the step of now."""

    number = serializers.IntegerField()
    share_bps = serializers.IntegerField()
    taken_bps = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    soaked_seconds = serializers.IntegerField()
    soak_seconds = serializers.IntegerField()
    compared = serializers.IntegerField(allow_null=True)
    answered = serializers.IntegerField(allow_null=True)
    sample = serializers.IntegerField()
    is_now = serializers.BooleanField()
    is_proven = serializers.BooleanField()
    by_two = serializers.BooleanField()


class GuardAnswer(Answer):
    """What a guard said at the last look: ``holds``, ``broken`` or ``no_data``; a dry one never decides."""

    guard = serializers.CharField()
    reading = serializers.CharField()
    sentence = serializers.CharField()
    numbers = serializers.DictField(child=serializers.CharField())
    is_dry = serializers.BooleanField()


class RolloutAnswer(Answer):
    """A rollout: ``held`` and ``sentence`` say why it holds or ended, ``coming`` what comes next."""

    number = serializers.IntegerField()
    flag = serializers.CharField()
    state = serializers.CharField()
    share_bps = serializers.IntegerField()
    held = serializers.CharField()
    sentence = serializers.CharField()
    coming = serializers.CharField()
    started_by = serializers.CharField()
    started_at = serializers.DateTimeField()
    reason = serializers.CharField()
    looked_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)
    loss_credits = serializers.IntegerField(allow_null=True)
    loss_usd = ExactSum(allow_null=True)
    steps = RolloutStepAnswer(many=True)
    guards = GuardAnswer(many=True)
    proof = serializers.DictField(allow_null=True)


class BudgetAnswer(Answer):
    """A loss budget in credits, as ``BudgetStatus`` has it; null is what cannot be told, or where no step comes."""

    budget = ExactSum(allow_null=True)
    spent = ExactSum(allow_null=True)
    share_bps = serializers.IntegerField(allow_null=True)
    expected_loss = ExactSum()
    sentence = serializers.CharField()


class NamedAccountAnswer(Answer):
    """An account in a step."""

    account_id = serializers.CharField()
    name = serializers.CharField()
    plan = serializers.CharField()


class StepPreviewAnswer(Answer):
    """Who would be in a step; ``named`` are the first few who come with it, in the order in which shares reach them."""

    share_bps = serializers.IntegerField()
    accounts = serializers.IntegerField()
    joining = serializers.IntegerField()
    held_back = serializers.IntegerField()
    named = NamedAccountAnswer(many=True)


class RolloutOfFlagAnswer(RolloutAnswer):
    """A rollout with who is in each of its steps, null where the flag is gone, and what its loss budget allows."""

    who = StepPreviewAnswer(many=True, allow_null=True)
    budget = BudgetAnswer(allow_null=True)


class PreparedRolloutAnswer(Answer):
    """A rollout as it would be, with the flag's epoch; ``rollout`` is null where nothing was started."""

    sentence = serializers.CharField()
    epoch = serializers.IntegerField()
    all_accounts = serializers.IntegerField()
    included = serializers.IntegerField()
    excluded = serializers.IntegerField()
    notes = serializers.ListField(child=serializers.CharField())
    who = StepPreviewAnswer(many=True)
    rollout = RolloutAnswer(allow_null=True)


class AbortedRolloutAnswer(Answer):
    """A rollout that was ended by a rollback, and who obeys it."""

    rollout = RolloutAnswer()
    proof = ProofAnswer()
