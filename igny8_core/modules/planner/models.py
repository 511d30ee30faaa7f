"""What a site is to write about: keywords, grouped into clusters, turned into ideas."""

from django.db import models
from django.db.models import Q

from igny8_core.auth.models import Account, Site


class Cluster(models.Model):
    """Keywords that belong to one subject."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="clusters")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="clusters")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="cluster_name_unique_per_site")]

    def __str__(self) -> str:
        return self.name


class Keyword(models.Model):
    """A phrase that people search for. It is clustered when it has a cluster."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="keywords")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="keywords")
    keyword = models.CharField(max_length=200)
    volume = models.PositiveIntegerField(default=0, help_text="Searches per month.")
    difficulty = models.PositiveSmallIntegerField(default=0, help_text="0 (easy to rank for) to 100.")
    cluster = models.ForeignKey(Cluster, null=True, blank=True, on_delete=models.SET_NULL, related_name="keywords")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "keyword"], name="keyword_unique_per_site"),
            models.CheckConstraint(condition=Q(difficulty__lte=100), name="keyword_difficulty_at_most_100"),
        ]

    def __str__(self) -> str:
        return self.keyword


class ContentIdea(models.Model):
    """An article that a cluster calls for."""

    class Status(models.TextChoices):
        """How far the idea is."""

        NEW = "new"
        """Nobody has made a task of it."""
        QUEUED = "queued"
        """The writer has a task for it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="ideas")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="ideas")
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="ideas")
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    keywords = models.JSONField(default=list, blank=True, help_text="Phrases that the article is to be found by.")
    status = models.CharField(max_length=10, choices=Status, default=Status.NEW)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["cluster", "title"], name="idea_title_unique_per_cluster")]

    def __str__(self) -> str:
        return self.title
