"""Keywords, clusters and ideas as JSON."""

from typing import Any

from rest_framework import serializers

from igny8_core.api.base import OwnRelatedField
from igny8_core.api.serializers.common import IdsField, SameSiteIds, SiteBound, own_site
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword


class KeywordSerializer(SiteBound, serializers.ModelSerializer[Keyword]):
    """A keyword: ``new``, or ``clustered``."""

    same_site = ("cluster",)
    site = own_site()
    cluster = OwnRelatedField(queryset=Cluster.objects.all(), required=False, allow_null=True)
    cluster_name = serializers.CharField(source="cluster.name", read_only=True, default=None, allow_null=True)
    status = serializers.SerializerMethodField()

    class Meta:
        model = Keyword
        fields = [
            "id", "site", "keyword", "volume", "difficulty", "cluster", "cluster_name", "status", "created_at",
        ]  # fmt: skip
        extra_kwargs = {"difficulty": {"max_value": 100}}

    def get_status(self, keyword: Keyword) -> str:
        """Return ``new`` or ``clustered``."""
        return "new" if keyword.cluster_id is None else "clustered"

    def validate_keyword(self, keyword: str) -> str:
        """Take blanks as one, as the import does."""
        return " ".join(keyword.split())


class ClusterSerializer(SiteBound, serializers.ModelSerializer[Cluster]):
    """A cluster: ``new``, or ``planned`` where it has ideas."""

    site = own_site()
    keyword_count = serializers.IntegerField(read_only=True, default=0)
    idea_count = serializers.IntegerField(read_only=True, default=0)
    status = serializers.SerializerMethodField()

    class Meta:
        model = Cluster
        fields = ["id", "site", "name", "description", "keyword_count", "idea_count", "status", "created_at"]

    def get_status(self, cluster: Cluster) -> str:
        """Return ``new`` or ``planned``."""
        return "planned" if getattr(cluster, "idea_count", 0) else "new"


class PhrasesField(serializers.ListField):
    """Phrases that an article is to be found by."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.CharField(max_length=200), max_length=50, **options)


class IdeaSerializer(SiteBound, serializers.ModelSerializer[ContentIdea]):
    """An idea: ``new``, or ``queued`` where the writer has a task for it. Its site is that of its cluster."""

    same_site = ("cluster",)
    cluster = OwnRelatedField(queryset=Cluster.objects.all())
    cluster_name = serializers.CharField(source="cluster.name", read_only=True)
    keywords = PhrasesField(required=False)
    task = serializers.IntegerField(source="task_id", read_only=True, default=None, allow_null=True)

    class Meta:
        model = ContentIdea
        fields = [
            "id", "site", "cluster", "cluster_name", "title", "description", "keywords", "status", "task", "created_at",
        ]  # fmt: skip
        read_only_fields = ["site", "status"]

    def _site_id(self, attrs: dict[str, Any]) -> int | None:
        cluster: Cluster | None = attrs.get("cluster")
        return super()._site_id(attrs) if self.instance else getattr(cluster, "site_id", None)

    def create(self, validated_data: dict[str, Any]) -> ContentIdea:
        """Create the idea in its cluster's site."""
        return super().create({**validated_data, "site_id": validated_data["cluster"].site_id})


class KeywordIds(SameSiteIds):
    """Keywords of one site, to be clustered."""

    ids = IdsField(rows=Keyword.objects.select_related("site"))


class ClusterIds(SameSiteIds):
    """Clusters of one site, to have ideas for."""

    ids = IdsField(rows=Cluster.objects.select_related("site"))


class IdeaIds(serializers.Serializer[Any]):
    """Ideas to be queued; several sites are as good as one, for it costs nothing."""

    ids = IdsField(rows=ContentIdea.objects.select_related("site"))


class KeywordFile(serializers.Serializer[Any]):
    """A CSV file of keywords, and the site that they are for."""

    site = own_site()
    file = serializers.FileField(help_text="CSV in UTF-8: keyword, and if wanted volume and difficulty.")


class MalformedLineAnswer(serializers.Serializer[Any]):
    """A line that was skipped."""

    line = serializers.IntegerField(help_text="Counted from 1, with the header.")
    reason = serializers.CharField()


class KeywordImportAnswer(serializers.Serializer[Any]):
    """What came of a file."""

    created = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="Keywords that the site or the file had already.")
    malformed = MalformedLineAnswer(many=True, help_text="The first hundred of the lines that were skipped.")
    malformed_count = serializers.IntegerField(help_text="All lines that were skipped.")


class QueuedIdeasAnswer(serializers.Serializer[Any]):
    """The tasks that were made, and the ideas that had one."""

    created = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of tasks.")
    already_queued = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of ideas.")
