"""What a request may say: bodies of writes, queries of lists."""

from decimal import Decimal
from typing import Any, Final

from rest_framework import serializers

from dashboards.api.strict import OneOf, TrueOrFalse
from migration_harness.approving.answering import ANSWERS
from migration_harness.control.flips import UNCHANGED, FlagChange
from migration_harness.deciding.stages import BASELINES, COHORT_STAGES, Side, Stage
from migration_harness.models import StoredExplanation
from migration_harness.queries import NOT_COUNTERSIGNED, NOTICE_STATES, account_to_move, accounts_to_move
from migration_harness.reviewing.approvals import DECISIONS
from migration_harness.reviewing.reviews import NOTE_CHARACTERS
from rest_api.pages import MOST_ROWS
from rest_api.strict import StrictSerializer

MOST_CHARACTERS: Final = 300
"""Of what names an account: an id or a name of up to 255, and a word before it."""
_REASON: Final[dict[str, Any]] = {"max_length": 2_000, "help_text": "Why; it goes into the audit trail."}


def _percent(what: str) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), required=False, help_text=what
    )


OVERRIDE_HELP: Final = (
    "Pass as a superuser, without a second person, and a flag past closed gates; a reason is needed, and it stays not "
    "countersigned, or outside of the plan."
)


class AccountField(serializers.CharField):
    """An account, as a person names it; blanks are part of a name."""

    def __init__(self) -> None:
        what = "An account, by id or exact name; id:7 is the id alone."
        super().__init__(required=False, max_length=MOST_CHARACTERS, trim_whitespace=False, help_text=what)


class FlagBody(StrictSerializer):
    """A change of a flag; what is not named stays."""

    stage = OneOf(COHORT_STAGES, required=False, help_text="Of the cohort.")
    baseline = OneOf(BASELINES, required=False, help_text="Of everybody else.")
    everyone = TrueOrFalse(
        required=False,
        allow_null=True,
        help_text="All accounts that are not excluded, nobody, or null: as the rest says.",
    )
    share_percent = _percent("Share of all accounts, in percent with up to two decimals.")
    compared_percent = _percent("Share of the calls that is compared, in percent with up to two decimals.")
    account = AccountField()
    membership = OneOf(
        ("on", "off", "inherit"), required=False, help_text="Include the account, exclude it, or leave it to the share."
    )
    memberships = serializers.DictField(
        child=OneOf(("on", "off", "inherit")),
        required=False,
        allow_empty=False,
        help_text="The same for several accounts, by id or exact name: one change. Goes with no single account.",
    )
    retired = TrueOrFalse(required=False, help_text="Off every list, or on them again; goes with no other change.")
    epoch = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="The epoch of the flag as you saw it: 409 where it has been changed since.",
    )
    override = TrueOrFalse(required=False, help_text=OVERRIDE_HELP)
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse half of a membership, and a change that names nothing to change."""
        if ("account" in attrs) != ("membership" in attrs):
            missing, other = ("membership", "account") if "account" in attrs else ("account", "membership")
            raise serializers.ValidationError({missing: [f"Is needed with {other}."]})
        if attrs.keys() >= {"account", "memberships"}:
            raise serializers.ValidationError({"memberships": ["Goes with no single account."]})
        if not attrs.keys() - {"reason", "epoch", "override"}:
            raise serializers.ValidationError("Say what to change.")
        if "retired" in attrs and attrs.keys() - {"retired", "reason", "epoch"}:
            raise serializers.ValidationError({"retired": ["Goes with no other change."]})
        return attrs


class RollbackBody(StrictSerializer):
    """How to roll back; everything may be left out."""

    to_off = TrueOrFalse(required=False, help_text="Stop comparing as well.")
    only = TrueOrFalse(required=False, help_text="Leave the flags that require it as they are: they have no effect.")
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


class ResyncBody(StrictSerializer):
    """Which store is brought up to date."""

    flag = serializers.CharField(max_length=100, help_text="The flag whose stores these are.")
    to = OneOf(tuple(Side), help_text="The side whose store is copied to.")
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


class NoBody(StrictSerializer):
    """A write that takes nothing."""


class ReviewBody(StrictSerializer):
    """What a person decided about a discrepancy."""

    state = OneOf(("acknowledged", "fixed", "open"), help_text="Somebody is on it, it is fixed, or the review is void.")
    reason = serializers.CharField(**_REASON)


class CauseReviewBody(ReviewBody):
    """What a person decided about all discrepancies of a cause."""

    dry_run = TrueOrFalse(required=False, help_text="Record nothing, only say which it would change.")


class NoteBody(StrictSerializer):
    """What a person writes about a discrepancy."""

    text = serializers.CharField(max_length=NOTE_CHARACTERS, help_text="Nobody can change or remove it.")


class AssignmentBody(StrictSerializer):
    """Who is on a discrepancy."""

    assignee = serializers.CharField(
        max_length=150, allow_null=True, help_text="The username of an operator; null: nobody."
    )
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


class ProposalBody(StrictSerializer):
    """An explanation of a discrepancy; what is left out is as the discrepancy has it."""

    reason = serializers.CharField(**_REASON)
    owner = serializers.CharField(required=False, max_length=150, help_text="Who answers for it; else whoever asks.")
    expires = serializers.DateField(required=False, help_text="The last day; else in 30 days, at most in a year.")
    paths = serializers.ListField(
        child=serializers.CharField(max_length=1_000), required=False, allow_empty=False, help_text="Only these fields."
    )
    group = serializers.ListField(
        child=serializers.CharField(max_length=1_000),
        required=False,
        allow_empty=False,
        help_text="The words of the calls, * for any word in its place.",
    )
    any_group = TrueOrFalse(required=False, help_text="Every call of the seam.")
    dry_run = TrueOrFalse(required=False, help_text="Store nothing, only say what it would cover.")
    override = TrueOrFalse(required=False, help_text=OVERRIDE_HELP)


class DecisionBody(StrictSerializer):
    """What a person decides about a stored explanation."""

    decision = OneOf(DECISIONS, help_text="Approve, reject or withdraw a proposed one, revoke an approved one.")
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


class AnswerBody(StrictSerializer):
    """What a person answers where something needs two people."""

    decision = OneOf(tuple(ANSWERS), help_text="Approve, refuse, countersign; or withdraw what you asked yourself.")
    reason = serializers.CharField(required=False, allow_blank=True, **_REASON)


class SignOffBody(StrictSerializer):
    """Which forecast is signed: the one that was looked at."""

    forecast = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="The number of the forecast.")
    override = TrueOrFalse(required=False, help_text=OVERRIDE_HELP)
    reason = serializers.CharField(**_REASON)


class NoQuery(StrictSerializer):
    """An endpoint that takes no query."""


class PageQuery(StrictSerializer):
    """Which page of a list."""

    page = serializers.IntegerField(required=False, min_value=1)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ROWS)


class DiscrepancyQuery(PageQuery):
    """Which discrepancies; those that need a review where nothing is said."""

    state = OneOf(("open", "reopened", "acknowledged", "fixed", "explained"), required=False)
    all = serializers.BooleanField(required=False, help_text="Also what is explained, fixed or acknowledged.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a question with two answers."""
        if attrs.get("all") and "state" in attrs:
            raise serializers.ValidationError({"all": ["Excludes state."]})
        return attrs


class CauseQuery(PageQuery):
    """Which causes; those of what needs a review where nothing is said."""

    all = serializers.BooleanField(required=False, help_text="Also of what is explained, fixed or acknowledged.")


class RecordingQuery(PageQuery):
    """Which recorded operations; all of them where nothing is said."""

    kind = serializers.CharField(required=False, max_length=100, help_text="Only operations of this kind.")
    unlawful = serializers.BooleanField(required=False, help_text="Only those that break a law.")


class AccountQuery(PageQuery):
    """Which accounts; all of them where nothing is said."""

    q = serializers.CharField(
        required=False, max_length=MOST_CHARACTERS, help_text="A part of the name or plan, or how the id begins."
    )
    plan = serializers.CharField(required=False, max_length=MOST_CHARACTERS, help_text="The plan, exactly.")
    flag = serializers.CharField(required=False, max_length=100, help_text="The flag of the stage; else any.")
    stage = OneOf(tuple(Stage), required=False, help_text="The stage that decides for the account.")
    least = serializers.IntegerField(required=False, min_value=0, help_text="Credits of the balance, at least.")
    most = serializers.IntegerField(required=False, min_value=0, help_text="Credits of the balance, at most.")
    change = OneOf(("gains", "loses"), required=False, help_text="What the newest forecast says of it.")


class MonthQuery(StrictSerializer):
    """Which month of a statement."""

    month = serializers.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", required=False, help_text="For example 2026-11, by UTC.")


class ExplanationQuery(PageQuery):
    """Which stored explanations; all of them where nothing is said."""

    state = OneOf(tuple(StoredExplanation.State.values), required=False)


class AuditQuery(PageQuery):
    """Which events of the audit trail."""

    flag = serializers.CharField(required=False, max_length=100, help_text="Only of this flag.")


class ApprovalQuery(PageQuery):
    """Which approvals."""

    state = OneOf(
        ("asked", "approved", "refused", "withdrawn", "expired", "used", "void", NOT_COUNTERSIGNED), required=False
    )
    flag = serializers.CharField(required=False, max_length=100, help_text="Only what was asked of this flag.")


class NoticeQuery(PageQuery):
    """Which notices."""

    state = OneOf(NOTICE_STATES, required=False, help_text="Where they stand.")
    since = serializers.DateTimeField(
        required=False, help_text="From then on; where nothing is said, the last 30 days."
    )
    subject = serializers.CharField(required=False, max_length=200, help_text="Only of this subject, such as a flag.")


def flag_change(body: dict[str, Any], *, flag: str) -> FlagChange:
    """Return the change that a FlagBody asks of a flag. Raises UnknownAccount, AmbiguousAccount."""
    account_id = None
    if "account" in body:
        account_id, _ = account_to_move(flag=flag, text=body["account"], membership=body["membership"])
    return FlagChange(
        stage=Stage(body["stage"]) if "stage" in body else UNCHANGED,
        baseline=Stage(body["baseline"]) if "baseline" in body else UNCHANGED,
        everyone=body.get("everyone", UNCHANGED),
        share_bps=int(body["share_percent"] * 100) if "share_percent" in body else UNCHANGED,
        compared_bps=int(body["compared_percent"] * 100) if "compared_percent" in body else UNCHANGED,
        account_id=account_id,
        membership=body.get("membership"),
        memberships=accounts_to_move(flag=flag, named=body.get("memberships", {})),
        retired=body.get("retired", UNCHANGED),
    )
