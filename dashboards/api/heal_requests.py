"""What a request of healing may say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from dashboards.api.requests import OVERRIDE_HELP, AccountField
from dashboards.api.strict import TrueOrFalse
from migration_harness.accounts import account_named
from migration_harness.money.against import Against
from migration_harness.money.ledger import Scope
from rest_api.strict import StrictSerializer


class HealQuery(StrictSerializer):
    """Which charges to look at; all of them where nothing is said."""

    since = serializers.DateTimeField(required=False, help_text="From then on.")
    until = serializers.DateTimeField(required=False, help_text="Up to then; now without it.")
    account = AccountField()
    against = serializers.ChoiceField(
        required=False,
        choices=[each.value for each in Against],
        help_text="The price to measure by; the signed one, where there is one.",
    )


class HealBody(StrictSerializer):
    """What to heal, and what the dry run named."""

    since = serializers.DateTimeField(required=False, help_text="From then on.")
    until = serializers.DateTimeField(help_text="Up to then, as the dry run answered it.")
    account = AccountField()
    against = serializers.ChoiceField(
        required=False, choices=[each.value for each in Against], help_text="As in the dry run."
    )
    refund = serializers.IntegerField(min_value=0, help_text="Credits to give back: totals.overpaid of the dry run.")
    allow_debits = TrueOrFalse(required=False, help_text="Take what was paid too little as well.")
    debit = serializers.IntegerField(
        required=False, min_value=0, help_text="Credits to take: totals.underpaid of the dry run. With allow_debits."
    )
    override = TrueOrFalse(required=False, help_text=OVERRIDE_HELP)
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=2_000, help_text="Why; needed with allow_debits."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half of a debit."""
        if attrs.get("allow_debits") and "debit" not in attrs:
            raise serializers.ValidationError({"debit": ["Is needed with allow_debits."]})
        if not attrs.get("allow_debits") and attrs.get("debit"):
            raise serializers.ValidationError({"allow_debits": ["Must be true where credits are taken."]})
        return attrs


def scope_of(asked: Mapping[str, Any], *, now: datetime) -> Scope:
    """Return the charges that a query or a body names. Raises UnknownAccount, AmbiguousAccount."""
    account_ids: tuple[str, ...] = ()
    if "account" in asked:
        account_ids = (account_named(asked["account"]).account_id,)
    against = Against(asked["against"]) if "against" in asked else None
    return Scope(since=asked.get("since"), until=asked.get("until", now), account_ids=account_ids, against=against)
