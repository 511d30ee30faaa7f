"""What an answer says of accounts: who they are, their stages, and their statement."""

from rest_framework import serializers

from dashboards.api.answers import Answer, ExactSum


class ChangeAnswer(Answer):
    """What an account pays by the newest forecast, in credits: below 0 the ``difference`` is a gain."""

    before = serializers.IntegerField()
    after = serializers.IntegerField()
    difference = serializers.IntegerField()


class UnderAnswer(Answer):
    """An account under a flag: its stage, whether the candidate answers, and how it is on the flag's list."""

    flag = serializers.CharField()
    stage = serializers.CharField()
    on_candidate = serializers.BooleanField()
    membership = serializers.CharField()


class _OfAnAccount(Answer):
    """What is told of an account wherever one is."""

    account_id = serializers.CharField(source="info.account_id")
    name = serializers.CharField(source="info.name")
    plan = serializers.CharField(source="info.plan")
    balance = serializers.IntegerField(source="info.balance", allow_null=True)
    forecast = ChangeAnswer(source="change", allow_null=True)


class AccountAnswer(_OfAnAccount):
    """An account with its stage under each flag; ``balance`` and ``forecast`` are null where nobody knows them."""

    stages = UnderAnswer(source="cells", many=True)


class WhyAnswer(UnderAnswer):
    """The same, and what puts it there: in a sentence, and who put it on the flag's list, if anybody."""

    why = serializers.CharField()
    actor = serializers.CharField(source="member.actor", default=None, allow_null=True)
    reason = serializers.CharField(source="member.reason", default=None, allow_null=True)
    at = serializers.DateTimeField(source="member.at", default=None, allow_null=True)


class OneAccountAnswer(_OfAnAccount):
    """One account; ``months`` are those in which it was charged, the newest first."""

    stages = WhyAnswer(source="found", many=True)
    months = serializers.ListField(child=serializers.DateField(format="%Y-%m"))


class StatementLineAnswer(Answer):
    """Charges of one kind; ``before`` and ``after`` are of those that both sides have priced, the others one-sided."""

    what = serializers.CharField(allow_blank=True)
    charges = serializers.IntegerField()
    charged = ExactSum(allow_null=True)
    before = ExactSum(allow_null=True)
    after = ExactSum(allow_null=True)
    difference = ExactSum(allow_null=True)
    one_sided = serializers.IntegerField()


class StatementAnswer(Answer):
    """A month of an account, in credits; ``others`` is what came of entries that are no charges."""

    account_id = serializers.CharField()
    month = serializers.DateField(format="%Y-%m")
    lines = StatementLineAnswer(many=True)
    total = StatementLineAnswer()
    others = ExactSum(allow_null=True)
