"""What a request about a phase, or one of its gates, may say."""

from typing import IO, Any, Final

from rest_framework import serializers

from dashboards.api.strict import TrueOrFalse
from rest_api.strict import StrictSerializer

_SENTENCE_CHARACTERS: Final = 500
_LINK_CHARACTERS: Final = 2_000
_MOST_REPORTS: Final = 100
_REASON: Final[dict[str, Any]] = {"max_length": 2_000, "help_text": "Why; it goes into the audit trail."}


class LinkField(serializers.URLField):
    """The address of a page that a browser may open."""

    def to_internal_value(self, data: Any) -> str:
        """Return the address; a console shows it as a link, so no other scheme is taken."""
        link = str(super().to_internal_value(data))
        if not link.lower().startswith(("http://", "https://")):
            raise serializers.ValidationError("Must begin with https:// or http://.")
        return link


class GateBody(StrictSerializer):
    """What somebody outside answers."""

    open = TrueOrFalse(help_text="Whether the gate may be passed.")
    sentence = serializers.CharField(max_length=_SENTENCE_CHARACTERS, help_text="Why, for people.")
    link = LinkField(required=False, max_length=_LINK_CHARACTERS, help_text="Where to see what it rests on.")
    expires_at = serializers.DateTimeField(
        required=False, help_text="Until when it holds; as long as the plan allows where nothing, or more, is said."
    )


class AdvanceBody(StrictSerializer):
    """Closing a phase."""

    override = TrueOrFalse(
        required=False,
        help_text="Pass gates that are not open, as a superuser; a reason is needed, and it stays outside of the plan.",
    )
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


class ReopenBody(StrictSerializer):
    """Opening a phase again."""

    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


class ChecklistBody(StrictSerializer):
    """An item that is done, or is not."""

    item = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="Its number, from 1.")
    done = TrueOrFalse(help_text="Tick it off, or take the tick back.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=2_000, help_text="Kept with the tick.")


class TestReportBody(StrictSerializer):
    """JUnit reports of one run of the tests elsewhere, sent as a form with files."""

    report = serializers.ListField(
        child=serializers.FileField(max_length=200, allow_empty_file=True),
        min_length=1,
        max_length=_MOST_REPORTS,
        help_text="One file, or one for each part of the suite.",
    )
    revision = serializers.CharField(
        required=False, max_length=100, help_text="The revision that was tested, where the report does not say it."
    )


def reports_in(body: dict[str, Any]) -> list[tuple[str, IO[bytes]]]:
    """Return the files of a TestReportBody by their names."""
    return [(str(each.name), each.file) for each in body["report"]]
