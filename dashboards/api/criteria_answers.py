"""What an answer says of the migration's end, and of what stands before it: errors, and legacy code that is alive."""

from rest_framework import serializers

from dashboards.api.answers import Answer
from dashboards.api.evidence_answers import FindingAnswer


class CriterionAnswer(FindingAnswer):
    """A line by which the migration is complete; ``remedy`` is what leads there, empty where it holds."""

    name = serializers.CharField()
    words = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class CompletionAnswer(Answer):
    """Whether every line holds, and each of them."""

    complete = serializers.BooleanField()
    criteria = CriterionAnswer(many=True)


class LoggedErrorAnswer(Answer):
    """An error of one day: how often it came, when, and what leads to the last one."""

    event = serializers.CharField()
    logger = serializers.CharField(allow_blank=True)
    level = serializers.CharField()
    times = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    sample = serializers.CharField(allow_blank=True)


class QuietnessAnswer(FindingAnswer):
    """Whether the last seven days were quiet, and the errors that came."""

    kept = LoggedErrorAnswer(many=True)


class ExecutionAnswer(Answer):
    """Executions of an entry for an answer: one day, one path, one revision, one caller."""

    execution_path = serializers.CharField()
    revision = serializers.CharField(allow_blank=True)
    caller = serializers.CharField(allow_blank=True)
    times = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class LegacyLifeAnswer(Answer):
    """A legacy entry: executed, not executed, or evidence lost; ``aside`` counts what answered nobody, by what for."""

    entry = serializers.CharField()
    kind = serializers.CharField()
    owner = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    life = serializers.CharField()
    last_at = serializers.DateTimeField(allow_null=True)
    executions = ExecutionAnswer(many=True)
    aside = serializers.DictField(child=serializers.IntegerField())


class LinesOfFileAnswer(Answer):
    """The lines of a file of legacy code: executed for an answer, and all others with what is known of them."""

    file = serializers.CharField()
    precision = serializers.CharField()
    executed = serializers.ListField(child=serializers.IntegerField())
    others = serializers.ListField(child=serializers.IntegerField())
    life = serializers.CharField()
    elsewhere = serializers.IntegerField()
    last_at = serializers.DateTimeField(allow_null=True)


class LegacyTableAnswer(Answer):
    """A table that loses something, past the tombstones; ``whole``: it goes itself, and its counters prove."""

    table = serializers.CharField()
    whole = serializers.BooleanField()
    life = serializers.CharField()
    sentence = serializers.CharField()
    until = serializers.DateTimeField()


class LegacyDeclarationAnswer(Answer):
    """A person's word that nobody else uses legacy data: it opens the gate, and is no proof."""

    actor = serializers.CharField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    until = serializers.DateTimeField()


class LegacyUseAnswer(FindingAnswer):
    """Whether no legacy code answered anybody in the last seven days, all that is lost, each entry, file and table."""

    lost = serializers.ListField(child=serializers.CharField())
    entries = LegacyLifeAnswer(many=True)
    files = LinesOfFileAnswer(many=True)
    tables = LegacyTableAnswer(many=True)
    declared = LegacyDeclarationAnswer(allow_null=True)
