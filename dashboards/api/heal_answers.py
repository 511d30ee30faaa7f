"""What an answer says of charges at a wrong price."""

from rest_framework import serializers

from dashboards.api.answers import Answer, ExactSum


class AmountsAnswer(Answer):
    """Charges that the candidate priced, against the price that was asked for, in credits."""

    overpaid_charges = serializers.IntegerField()
    overpaid = serializers.IntegerField()
    underpaid_charges = serializers.IntegerField()
    underpaid = serializers.IntegerField()
    unknown_charges = serializers.IntegerField()
    unknown = serializers.IntegerField()
    healed_charges = serializers.IntegerField()
    refunded = serializers.IntegerField()
    debited = serializers.IntegerField()
    derived_charges = serializers.IntegerField()


class AccountDueAnswer(AmountsAnswer):
    """One account's; ``charges`` counts all that the candidate priced, by the way in."""

    account_id = serializers.CharField()
    charges = serializers.DictField(child=serializers.IntegerField())


class MoneyAnswer(Answer):
    """The same in USD, at the price of one credit."""

    overpaid = ExactSum()
    underpaid = ExactSum()
    unknown = ExactSum()


class DueAnswer(Answer):
    """What is due; the accounts that paid most too much come first, and ``more_accounts`` are not named."""

    flag = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField()
    against = serializers.CharField()
    meaning = serializers.CharField()
    charges = serializers.DictField(child=serializers.IntegerField())
    totals = AmountsAnswer()
    usd = MoneyAnswer()
    accounts = AccountDueAnswer(many=True)
    more_accounts = serializers.IntegerField()


class EntriesAnswer(Answer):
    """Entries that were written, the charges that they heal, and their credits."""

    entries = serializers.IntegerField()
    charges = serializers.IntegerField()
    credits = serializers.IntegerField()


class HealedAnswer(Answer):
    """What one run wrote; ``not_taken``: credits that no balance had."""

    run = serializers.CharField()
    refunds = EntriesAnswer()
    debits = EntriesAnswer()
    not_taken = serializers.IntegerField()
