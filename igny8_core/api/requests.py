"""What the query of a list may say: which page, which days."""

from datetime import date
from typing import Any, Final

from rest_framework import serializers

from rest_api.strict import StrictSerializer

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
"""Days further away are typing errors, and those at the end of the calendar have no day after them."""


class Day(serializers.DateField):
    """A day of this millennium, in UTC."""

    default_error_messages = {"far": f"Must be between {FIRST_DAY} and {LAST_DAY}."}

    def to_internal_value(self, value: Any) -> date:
        """Return the day."""
        day = super().to_internal_value(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("far")
        return day


class PageQuery(StrictSerializer):
    """Which page of a list."""

    page = serializers.IntegerField(required=False, min_value=1)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=200)


class PeriodQuery(StrictSerializer):
    """Which days, the first and the last of them included."""

    since = Day(required=False, help_text="First day, in UTC.")
    until = Day(required=False, help_text="Last day, in UTC.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        if "since" in attrs and "until" in attrs and attrs["until"] < attrs["since"]:
            raise serializers.ValidationError({"until": ["Is before since."]})
        return attrs
