"""What an answer says: the rows of the control plane as programs read them. Sums are decimal text."""

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from migration_harness.queries import plain


@extend_schema_field(OpenApiTypes.STR)
class ExactSum(serializers.Field[Decimal, Any, str, Any]):
    """A sum of money or credits without an exponent or trailing zeros; null where nothing was measured."""

    def to_representation(self, value: Decimal) -> str:
        """Return the number as text."""
        return plain(value)


class Answer(serializers.Serializer[Any]):
    """Something to read: nothing is parsed by it."""


class PhaseAnswer(Answer):
    """A phase of the plan and how far it is."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.CharField()
    flags = serializers.ListField(child=serializers.CharField())
    gates = serializers.DictField(child=serializers.IntegerField())


class DriftAnswer(Answer):
    """Writes that have reached one store of two: how many, and by seam."""

    open = serializers.IntegerField()
    seams = serializers.DictField(child=serializers.DictField())


class SilentAnswer(Answer):
    """A seam that was called and is not any more; with path, operation and model one expected stratum of its calls."""

    seam = serializers.CharField()
    flag = serializers.CharField()
    execution_path = serializers.CharField()
    operation = serializers.CharField()
    model = serializers.CharField()
    last_at = serializers.DateTimeField()
    sentence = serializers.CharField()


class StatusAnswer(Answer):
    """Where the migration stands; flags, seams, dropped comparisons and those set aside by name."""

    phases = PhaseAnswer(many=True)
    flags = serializers.DictField(child=serializers.DictField())
    seams = serializers.DictField(child=serializers.DictField())
    discrepancies = serializers.DictField(child=serializers.IntegerField())
    silent = SilentAnswer(many=True)
    approvals = serializers.DictField(child=serializers.IntegerField())
    shadowed = serializers.DictField(child=serializers.IntegerField())
    dropped = serializers.DictField(child=serializers.IntegerField())
    set_aside = serializers.DictField(child=serializers.IntegerField())
    drift = DriftAnswer()


class ReviewAnswer(Answer):
    """What a person decided about a discrepancy."""

    state = serializers.CharField()
    actor = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class DiscrepancyAnswer(Answer):
    """All comparisons that differ in the same way, as ``Discrepancy`` has it."""

    signature = serializers.CharField()
    seam = serializers.CharField()
    verdict = serializers.CharField()
    group = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField()
    count = serializers.IntegerField()
    accounts = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    control_sum = ExactSum(allow_null=True)
    candidate_sum = ExactSum(allow_null=True)
    one_sided = serializers.IntegerField()
    explanation = serializers.CharField()
    paths = serializers.ListField(child=serializers.CharField())
    raised = serializers.CharField()
    meant = serializers.ListField(child=serializers.CharField())
    cause = serializers.CharField()
    review = ReviewAnswer(allow_null=True)
    assignee = serializers.CharField()
    note_count = serializers.IntegerField()


class SampleAnswer(Answer):
    """One call that differed; ``payload`` has the differences, the call, and what an oracle expected."""

    account_id = serializers.CharField()
    operation_id = serializers.CharField()
    at = serializers.DateTimeField()
    payload = serializers.DictField()


class ClueAnswer(Answer):
    """One thing that speaks for a cause; ``address`` is of the page where it is put right, empty for none."""

    origin = serializers.CharField()
    sentence = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)
    address = serializers.CharField()


class PaidAnswer(Answer):
    """How many calls each side answered, and what that side made of them in the seam's measure."""

    by_control = serializers.IntegerField()
    by_candidate = serializers.IntegerField()
    control = ExactSum()
    candidate = ExactSum()


class ProbableCauseAnswer(Answer):
    """What it probably comes from: the most telling clue in ``sentence``, and all ``clues``, that one first."""

    sentence = serializers.CharField()
    clues = ClueAnswer(many=True)
    paid = PaidAnswer()
    who_paid = serializers.CharField()


class DiscrepancyAndSamplesAnswer(DiscrepancyAnswer):
    """A discrepancy with its newest samples and its probable cause, null where an explanation is its cause."""

    probable = ProbableCauseAnswer(allow_null=True)
    samples = SampleAnswer(many=True)


class ReviewedAnswer(Answer):
    """A review that was recorded; an explained discrepancy stays explained."""

    signature = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ProcessAnswer(Answer):
    """A process of the service."""

    host = serializers.CharField()
    pid = serializers.IntegerField()
    role = serializers.CharField()


class FleetMemberAnswer(Answer):
    """A process with a lease; ``behind`` counts the epochs that it has not acknowledged yet."""

    process = ProcessAnswer()
    epoch = serializers.IntegerField()
    behind = serializers.IntegerField()
    age_seconds = serializers.FloatField(help_text="Since its lease was renewed, by the database's clock.")
    open_units = serializers.IntegerField()
    open_breakers = serializers.ListField(child=serializers.CharField())
    is_live = serializers.BooleanField(help_text="By the database's clock; the proof of a rollback does not ask it.")


class AuditEventAnswer(Answer):
    """Who did what, when and why."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    action = serializers.CharField()
    subject = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()
    reason = serializers.CharField()
    evidence = serializers.DictField()
    hash = serializers.CharField()


class AuditVerifiedAnswer(Answer):
    """The chain of the audit trail holds; where it does not, the answer is an error."""

    events = serializers.IntegerField()
    intact = serializers.BooleanField()
