"""What an answer says of notes, assignments, stored explanations and tests."""

from rest_framework import serializers

from dashboards.api.answers import Answer


class NoteAnswer(Answer):
    """What a person wrote about a discrepancy."""

    text = serializers.CharField()
    actor = serializers.CharField()
    at = serializers.DateTimeField()


class AssignmentAnswer(Answer):
    """Who is on a discrepancy, before and after; an empty name is nobody."""

    signature = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class CoverageAnswer(Answer):
    """What an explanation covers of the kept evidence; sums are decimal text, null where nothing was measured."""

    signatures = serializers.ListField(child=serializers.CharField())
    comparisons = serializers.IntegerField()
    accounts = serializers.IntegerField()
    control_sum = serializers.CharField(allow_null=True)
    candidate_sum = serializers.CharField(allow_null=True)


class FieldAnswer(Answer):
    """A field that may differ, and how."""

    path = serializers.CharField()
    kind = serializers.CharField()


class ExplanationAnswer(Answer):
    """A stored explanation. ``state`` is ``expired`` for an approved one after its last day."""

    number = serializers.IntegerField()
    state = serializers.CharField()
    seam = serializers.CharField()
    signature = serializers.CharField()
    fields_covered = FieldAnswer(many=True)
    group = serializers.ListField(child=serializers.CharField(), allow_null=True)
    reason = serializers.CharField()
    owner = serializers.CharField()
    expires = serializers.DateField()
    proposed_by = serializers.CharField()
    proposed_at = serializers.DateTimeField()
    approved_by = serializers.CharField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_reason = serializers.CharField()


class ExplanationAndCoverageAnswer(ExplanationAnswer):
    """A stored explanation with what it covers of the kept evidence now."""

    covers = CoverageAnswer()


class ProposalAnswer(Answer):
    """An explanation that was proposed, or would be: ``number`` is null where nothing was stored."""

    number = serializers.IntegerField(allow_null=True)
    expires = serializers.DateField()
    group = serializers.ListField(child=serializers.CharField(), allow_null=True)
    fields_covered = FieldAnswer(many=True)
    covers = CoverageAnswer()


class ExportedTestAnswer(Answer):
    """A pytest file: its name and its text. ``reproduced``: this process still differs as recorded."""

    signature = serializers.CharField()
    file_name = serializers.CharField()
    text = serializers.CharField()
    reproduced = serializers.BooleanField()
    minimised = serializers.BooleanField()
