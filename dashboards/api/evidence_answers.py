"""What an answer says of evidence windows."""

from rest_framework import serializers

from dashboards.api.answers import Answer
from migration_harness.evidence.findings import Answer as GateAnswer


class FindingAnswer(Answer):
    """What a gate would answer, with one sentence; unknown is closed."""

    answer = serializers.ChoiceField(choices=[answer.value for answer in GateAnswer])
    sentence = serializers.CharField()


class BeginningAnswer(Answer):
    """What began a window; ``at`` is null where nothing was compared in it yet, ``changes`` are all of them."""

    at = serializers.DateTimeField(allow_null=True)
    sentence = serializers.CharField()
    changes = serializers.ListField(child=serializers.CharField())


class SeamEvidenceAnswer(Answer):
    """A seam's evidence in the window that is now; ``bound`` is a ratio, null where nothing counts."""

    name = serializers.CharField()
    flag = serializers.CharField()
    revision = serializers.CharField()
    window_epoch = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)
    comparisons = serializers.IntegerField()
    failures = serializers.IntegerField()
    bound = serializers.FloatField(allow_null=True)
    finding = FindingAnswer()
    began = BeginningAnswer()
    not_followed = serializers.ListField(child=serializers.CharField())


class StratumEvidenceAnswer(Answer):
    """An expected stratum as one seam has compared it; null and an empty seam where nothing of it was compared."""

    execution_path = serializers.CharField()
    operation = serializers.CharField()
    model = serializers.CharField()
    seam = serializers.CharField(allow_blank=True)
    comparisons = serializers.IntegerField(allow_null=True)
    unexplained = serializers.IntegerField(allow_null=True)
    finding = FindingAnswer()


class PhaseEvidenceAnswer(Answer):
    """The evidence for one phase, and what its gates answer by it: ``bound`` and ``comparisons``, where it has them."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    gates = serializers.DictField(child=FindingAnswer())
    seams = SeamEvidenceAnswer(many=True)
    strata = StratumEvidenceAnswer(many=True)
