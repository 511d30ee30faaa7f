"""What a request about a rollout may say."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from rest_framework import serializers

from dashboards.api.strict import OneOf, TrueOrFalse
from migration_harness.moments import span
from migration_harness.rollout.starting import Wish
from rest_api.strict import StrictSerializer

_MOST_STEPS: Final = 100
_REASON: Final[dict[str, Any]] = {"max_length": 2_000, "help_text": "Why; it goes into the audit trail."}


class PercentField(serializers.DecimalField):
    """A share in percent, with up to two decimals."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), **options)


class RolloutBody(StrictSerializer):
    """How a flag is rolled out; what is not named is as the plan says."""

    steps_percent = serializers.ListField(
        child=PercentField(), required=False, max_length=_MOST_STEPS, help_text="The share of each step."
    )
    soak = serializers.CharField(
        required=False, max_length=20, help_text="How long each step is watched: 1d, 12h, 45min."
    )
    sample = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="Comparisons that each step needs."
    )
    dry = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        max_length=_MOST_STEPS,
        help_text="Guards that are measured and never decide.",
    )
    approve_before_percent = serializers.ListField(
        child=PercentField(),
        required=False,
        max_length=_MOST_STEPS,
        help_text="Steps before which another person approves.",
    )
    loss_credits = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, help_text="The most credits that it may cost customers."
    )
    loss_usd = serializers.DecimalField(
        required=False,
        max_digits=20,
        decimal_places=6,
        min_value=Decimal(0),
        help_text="The most USD that it may cost customers.",
    )
    dry_run = TrueOrFalse(required=False, help_text="Start nothing, only say who would be in each step.")
    epoch = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, help_text="Of the flag, as the dry run answered it."
    )
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


class RolloutMoveBody(StrictSerializer):
    """What is done with a rollout that is under way."""

    move = OneOf(("pause", "resume", "back-to"), help_text="Stay, go on, or return to a step that was proven.")
    step_percent = PercentField(required=False, help_text="The share of that step. With back-to.")
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a return to nowhere, and a step for anything else."""
        if (attrs["move"] == "back-to") != ("step_percent" in attrs):
            raise serializers.ValidationError({"step_percent": ["Goes with back-to, which needs it."]})
        return attrs


class RolloutAbortBody(StrictSerializer):
    """Why a rollout is ended."""

    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


def wish_of(body: Mapping[str, Any]) -> Wish:
    """Return what a RolloutBody asks for. Raises UnknownMoment."""
    return Wish(
        shares_bps=_shares(body, "steps_percent"),
        soak=span(body["soak"]) if "soak" in body else None,
        sample=body.get("sample"),
        approve_before_bps=_shares(body, "approve_before_percent"),
        dry=tuple(body.get("dry", ())),
        loss_credits=body.get("loss_credits"),
        loss_usd=body.get("loss_usd"),
    )


def share_of(body: Mapping[str, Any]) -> int:
    """Return the share of the step that a RolloutMoveBody names, in basis points."""
    return int(body["step_percent"] * 100)


def _shares(body: Mapping[str, Any], name: str) -> tuple[int, ...] | None:
    return tuple(int(each * 100) for each in body[name]) if name in body else None
