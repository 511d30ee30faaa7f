"""The planner: keywords, their clusters, ideas, and the buttons that lead from one to the next."""

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.ai import operations
from igny8_core.api.base import TenantViewSet
from igny8_core.api.describing import may_raise
from igny8_core.api.serializers import planner as shapes
from igny8_core.api.serializers.common import OutcomeAnswer
from igny8_core.api.throttles import AI
from igny8_core.api.views.buttons import Buttons
from igny8_core.auth.exceptions import PlanIsFull
from igny8_core.modules.planner.exceptions import FileRefused
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.planner.services.keyword_import import import_keywords
from igny8_core.modules.writer.services.queueing import queue_ideas
from rest_api.parsing import BoundedFileParser


class Keywords(Buttons, TenantViewSet):
    """Phrases that people search for."""

    queryset = Keyword.objects.select_related("cluster")
    serializer_class: Any = shapes.KeywordSerializer
    filter_ids = {"site": "site_id", "cluster": "cluster_id"}
    filter_states = {"new": Q(cluster=None), "clustered": Q(cluster__isnull=False)}
    orderings = ("id", "keyword", "volume", "difficulty", "created_at")

    @may_raise(PlanIsFull)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a keyword, as far as the account's plan has room for one."""
        return super().create(request, *args, **kwargs)

    @may_raise(PlanIsFull)
    @extend_schema(
        request={"multipart/form-data": shapes.KeywordFile}, responses=shapes.KeywordImportAnswer, filters=False
    )
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[BoundedFileParser])
    def import_file(self, request: Request) -> Response:
        """Add the keywords of a CSV file to a site."""
        asked = self.asked(request, shapes.KeywordFile)
        try:
            found = import_keywords(account=self.account, site=asked["site"], file=asked["file"].file)
        except FileRefused as error:
            raise ValidationError({"file": str(error)}) from None
        return Response(shapes.KeywordImportAnswer(found).data)

    @extend_schema(request=shapes.KeywordIds, responses=OutcomeAnswer, filters=False)
    @action(detail=False, methods=["post"], throttle_scope=AI)
    def cluster(self, request: Request) -> Response:
        """Group keywords into clusters."""
        asked = self.asked(request, shapes.KeywordIds)
        rows, key = asked["ids"], asked["operation_id"]
        ids = [row.pk for row in rows]
        return self.start(request, operations.cluster_keywords, rows=rows, key=key, keyword_ids=ids)


class Clusters(Buttons, TenantViewSet):
    """Subjects of a site."""

    queryset = Cluster.objects.all()
    serializer_class: Any = shapes.ClusterSerializer
    filter_ids = {"site": "site_id"}
    filter_states = {
        "new": ~Exists(ContentIdea.objects.filter(cluster=OuterRef("pk"))),
        "planned": Exists(ContentIdea.objects.filter(cluster=OuterRef("pk"))),
    }
    orderings = ("id", "name", "keyword_count", "idea_count", "created_at")

    def get_queryset(self) -> QuerySet[Cluster]:
        """Return the account's clusters with what is in them counted."""
        clusters: QuerySet[Cluster] = super().get_queryset()
        return clusters.annotate(keyword_count=_count(Keyword), idea_count=_count(ContentIdea))

    @extend_schema(request=shapes.ClusterIds, responses=OutcomeAnswer, filters=False)
    @action(detail=False, methods=["post"], throttle_scope=AI)
    def generate_ideas(self, request: Request) -> Response:
        """Have ideas for articles, cluster by cluster."""
        asked = self.asked(request, shapes.ClusterIds)
        rows, key = asked["ids"], asked["operation_id"]
        ids = [row.pk for row in rows]
        return self.start(request, operations.generate_ideas, rows=rows, key=key, cluster_ids=ids)


class Ideas(Buttons, TenantViewSet):
    """Articles that clusters call for."""

    queryset = ContentIdea.objects.select_related("cluster").annotate(task_id=F("task__id"))
    serializer_class: Any = shapes.IdeaSerializer
    filter_ids = {"site": "site_id", "cluster": "cluster_id"}
    filter_states = {status.value: Q(status=status) for status in ContentIdea.Status}
    orderings = ("id", "title", "created_at")

    @extend_schema(request=shapes.IdeaIds, responses=shapes.QueuedIdeasAnswer, filters=False)
    @action(detail=False, methods=["post"])
    def queue(self, request: Request) -> Response:
        """Make tasks of ideas; free of charge, and twice is as once."""
        rows = self.asked(request, shapes.IdeaIds)["ids"]
        sites = {row.site_id: row.site for row in rows}
        created: list[int] = []
        already_queued: list[int] = []
        for site_id, site in sites.items():
            ids = [row.pk for row in rows if row.site_id == site_id]
            found = queue_ideas(account=self.account, site=site, idea_ids=ids)
            created += found.created
            already_queued += found.already_queued
        return Response(shapes.QueuedIdeasAnswer({"created": created, "already_queued": already_queued}).data)


def _count(model: type[Keyword | ContentIdea]) -> Coalesce:
    """Return how many rows of ``model`` a cluster has, counted apart: joined, they would multiply."""
    rows = model._default_manager.filter(cluster=OuterRef("pk")).order_by().values("cluster")  # noqa: SLF001
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)
