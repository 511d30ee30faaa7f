"""Keywords, clusters and ideas in the admin. What a model made is looked at; customers work with it elsewhere."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.operators.pages import ReadOnlyAdmin


@admin.register(Keyword)
class KeywordAdmin(ModelAdmin):
    """What customers entered: a slip can be put right."""

    list_display = ("keyword", "volume", "difficulty", "cluster", "site", "account", "created_at")
    list_filter = (("cluster", admin.EmptyFieldListFilter), "created_at")
    list_select_related = ("cluster", "site", "account")
    search_fields = ("keyword", "site__name", "account__name")
    ordering = ("-id",)
    fields = ("keyword", "volume", "difficulty", "cluster", "site", "account", "created_at")
    readonly_fields = ("cluster", "site", "account", "created_at")
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  Django's signature.
        """Customers enter their keywords themselves."""
        return False


@admin.register(Cluster)
class ClusterAdmin(ReadOnlyAdmin):
    """Subjects of sites."""

    list_display = ("name", "keyword_count", "site", "account", "created_at")
    list_filter = ("created_at",)
    list_select_related = ("site", "account")
    search_fields = ("name", "site__name", "account__name")
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the keywords along, so that a list costs one query."""
        clusters: QuerySet[Cluster] = super().get_queryset(request)
        return clusters.annotate(keyword_count=Count("keywords"))

    @admin.display(description="keywords", ordering="keyword_count")
    def keyword_count(self, cluster: Any) -> int:
        """Return how many keywords the cluster has."""
        count: int = cluster.keyword_count
        return count


@admin.register(ContentIdea)
class ContentIdeaAdmin(ReadOnlyAdmin):
    """Articles that clusters call for."""

    list_display = ("title", "status", "cluster", "site", "account", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = ("cluster", "site", "account")
    search_fields = ("title", "site__name", "account__name")
    ordering = ("-id",)
