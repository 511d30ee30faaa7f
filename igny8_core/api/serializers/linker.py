"""Links between contents as JSON."""

from typing import Any

from rest_framework import serializers

from igny8_core.api.serializers.common import OutcomeAnswer
from igny8_core.business.linker.models import InternalLink


class InternalLinkSerializer(serializers.ModelSerializer[InternalLink]):
    """A link that was put into a content."""

    source_title = serializers.CharField(source="source.title", read_only=True)
    target_title = serializers.CharField(source="target.title", read_only=True)

    class Meta:
        model = InternalLink
        fields = ["id", "site", "source", "source_title", "target", "target_title", "anchor", "created_at"]
        read_only_fields = fields


class SkippedLinkAnswer(serializers.Serializer[Any]):
    """A link that the model named and that was not put."""

    content_id = serializers.IntegerField()
    anchor = serializers.CharField()
    reason = serializers.CharField()


class LinkAnswer(OutcomeAnswer):
    """What came of linking; ``created`` are ids of links. Without a model, there was nothing to link to."""

    skipped = SkippedLinkAnswer(many=True)
