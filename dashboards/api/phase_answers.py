"""What an answer says of a phase: how far it is, its gates, its checklist, and what was done outside of the plan."""

from rest_framework import serializers

from dashboards.api.answers import Answer, PhaseAnswer
from dashboards.api.evidence_answers import FindingAnswer


class GateAnswer(FindingAnswer):
    """A gate and what it answers now; ``remedy`` is empty where it is open, ``evidence`` where there is no page."""

    gate = serializers.CharField()
    way = serializers.CharField()
    words = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)
    evidence = serializers.CharField(allow_blank=True)


class ChecklistItemAnswer(Answer):
    """An item that people do by hand; not done where ``ticked_at`` is null."""

    number = serializers.IntegerField()
    item = serializers.CharField()
    ticked_at = serializers.DateTimeField(allow_null=True)
    actor = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class OutsidePlanAnswer(Answer):
    """What passed closed gates and is not undone: a change of a flag, or, where that is null, the phase's end."""

    phase = serializers.IntegerField()
    flag = serializers.CharField(allow_null=True)
    epoch = serializers.IntegerField(allow_null=True)
    actor = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()
    refused = serializers.ListField(child=serializers.CharField())


class ClosedPhaseAnswer(Answer):
    """Who closed a phase, when and why."""

    at = serializers.DateTimeField()
    actor = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class PhaseWithGatesAnswer(PhaseAnswer):
    """A phase as it stands: ``gates`` counts those that are open, ``asked`` is what each of them answers now."""

    risk = serializers.CharField()
    way_back = serializers.CharField()
    closed = ClosedPhaseAnswer(allow_null=True)
    asked = GateAnswer(many=True)
    checklist = ChecklistItemAnswer(many=True)
    outside_plan = OutsidePlanAnswer(many=True)


class AdvancedAnswer(Answer):
    """A phase that was closed; ``active`` is the next one, null where there is none; unchanged where it was closed."""

    phase = serializers.IntegerField()
    changed = serializers.BooleanField()
    active = serializers.IntegerField(allow_null=True)
    outside_plan = serializers.BooleanField()
    gates = GateAnswer(many=True)


class ReopenedAnswer(Answer):
    """A phase that was opened again; unchanged where it was not closed."""

    phase = serializers.IntegerField()
    changed = serializers.BooleanField()


class ChecklistAnswer(Answer):
    """The checklist of a phase."""

    phase = serializers.IntegerField()
    items = ChecklistItemAnswer(many=True)


class TestRunAnswer(Answer):
    """A run of the tests that was recorded; ``green``: some ran, and all of them passed."""

    __test__ = False

    phase = serializers.IntegerField()
    revision = serializers.CharField(allow_blank=True)
    dirty = serializers.BooleanField()
    tests = serializers.IntegerField()
    failed = serializers.IntegerField()
    green = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]  # A field is taken out of the class.
    at = serializers.DateTimeField()
    seconds = serializers.FloatField(allow_null=True)


class OutsideAnswer(Answer):
    """What somebody outside answered for a gate, and until when it holds."""

    phase = serializers.IntegerField()
    gate = serializers.CharField()
    answer = serializers.CharField()
    sentence = serializers.CharField()
    link = serializers.CharField(allow_blank=True)
    actor = serializers.CharField()
    token = serializers.CharField()
    at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
