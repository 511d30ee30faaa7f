"""Tasks, contents, and the prompts and images of contents as JSON."""

from typing import Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from igny8_core.api.base import OwnRelatedField
from igny8_core.api.serializers.common import IdsField, OutcomeAnswer, SameSiteIds, SiteBound, own_site
from igny8_core.api.serializers.planner import PhrasesField
from igny8_core.modules.planner.models import Cluster
from igny8_core.modules.writer.html import sanitise, word_count
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task

LONGEST_HTML = 200_000
"""Characters: an article of 25,000 words."""


class TaskSerializer(SiteBound, serializers.ModelSerializer[Task]):
    """A task: ``queued``, or ``completed`` where its content is there."""

    same_site = ("cluster",)
    site = own_site()
    cluster = OwnRelatedField(queryset=Cluster.objects.all(), required=False, allow_null=True)
    keywords = PhrasesField(required=False)
    content = serializers.IntegerField(source="content_id", read_only=True, default=None, allow_null=True)

    class Meta:
        model = Task
        fields = [
            "id", "site", "idea", "cluster", "title", "description", "keywords", "status", "content", "created_at",
        ]  # fmt: skip
        read_only_fields = ["idea", "status"]


class ContentRow(SiteBound, serializers.ModelSerializer[Content]):
    """A content in a list: without its HTML."""

    site = own_site()
    image_prompt_count = serializers.IntegerField(read_only=True, default=0)
    image_count = serializers.IntegerField(read_only=True, default=0)

    class Meta:
        model = Content
        fields = [
            "id", "site", "task", "title", "meta_title", "meta_description", "word_count", "status",
            "image_prompt_count", "image_count", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = ["task", "word_count", "status"]


class ContentSerializer(ContentRow):
    """A content: ``draft``, ``review`` or ``published``. Its HTML is stored without what could run in a browser."""

    html = serializers.CharField(max_length=LONGEST_HTML)

    class Meta(ContentRow.Meta):
        fields = [*ContentRow.Meta.fields, "html"]

    def validate_html(self, html: str) -> str:
        """Keep the listed tags alone; refuse what has nothing else."""
        kept = sanitise(html)
        if not kept:
            raise serializers.ValidationError("Nothing of this may be stored: it has no text and no image.")
        return kept

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Count the words along."""
        attrs = super().validate(attrs)
        if "html" in attrs:
            attrs["word_count"] = word_count(attrs["html"])
        return attrs


class StatusRequest(serializers.Serializer[Any]):
    """The status that a content is to have."""

    status = serializers.ChoiceField(choices=Content.Status.choices)


class ImagePromptSerializer(serializers.ModelSerializer[ImagePrompt]):
    """An image's prompt: ``pending``, or ``generated`` where there is an image of it."""

    site = serializers.IntegerField(source="content.site_id", read_only=True)
    image = serializers.IntegerField(source="image_id", read_only=True, allow_null=True, help_text="The newest image.")
    status = serializers.SerializerMethodField()

    class Meta:
        model = ImagePrompt
        fields = ["id", "site", "content", "role", "position", "prompt", "status", "image", "created_at"]
        read_only_fields = ["content", "role", "position"]

    def get_status(self, prompt: ImagePrompt) -> str:
        """Return ``pending`` or ``generated``."""
        return "pending" if getattr(prompt, "image_id", None) is None else "generated"


class ImageSerializer(serializers.ModelSerializer[Image]):
    """An image; its bytes are at ``url``."""

    site = serializers.IntegerField(source="prompt.content.site_id", read_only=True)
    content = serializers.IntegerField(source="prompt.content_id", read_only=True)
    role = serializers.CharField(source="prompt.role", read_only=True)
    position = serializers.IntegerField(source="prompt.position", read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Image
        fields = [
            "id", "site", "content", "prompt", "role", "position", "url", "sha256", "model_name", "size", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_url(self, image: Image) -> str:
        """Return where the file is read."""
        return str(reverse("image-file", args=[image.pk]))


class ImagePromptIds(SameSiteIds):
    """Prompts of one site, to be made images of."""

    ids = IdsField(rows=ImagePrompt.objects.select_related("content__site"))

    def site_id_of(self, row: ImagePrompt) -> int:
        """Return the site of the prompt's content."""
        return row.content.site_id


class ImageFailureAnswer(serializers.Serializer[Any]):
    """An image that was not made: nothing was charged for it."""

    prompt_id = serializers.IntegerField()
    error = serializers.CharField(help_text="The error's name for programs.")
    message = serializers.CharField()


class ImagesAnswer(serializers.Serializer[Any]):
    """The images that were made, each charged by itself, and those that were not."""

    operation_id = serializers.CharField()
    images = OutcomeAnswer(many=True)
    failures = ImageFailureAnswer(many=True)
