"""What a site publishes: tasks, their content, and the images of the content."""

from django.db import models

from igny8_core.auth.models import Account, Site
from igny8_core.modules.planner.models import Cluster, ContentIdea


class Task(models.Model):
    """An article to be written."""

    class Status(models.TextChoices):
        """How far the task is."""

        QUEUED = "queued"
        """To be written."""
        COMPLETED = "completed"
        """Its content is there."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tasks")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="tasks")
    idea = models.OneToOneField(ContentIdea, null=True, blank=True, on_delete=models.SET_NULL, related_name="task")
    cluster = models.ForeignKey(Cluster, null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks")
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    keywords = models.JSONField(default=list, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class Content(models.Model):
    """An article: HTML, and what search engines are told about it."""

    class Status(models.TextChoices):
        """How far the content is."""

        DRAFT = "draft"
        """Written, without its images."""
        REVIEW = "review"
        """Complete; a person is to read it."""
        PUBLISHED = "published"
        """Approved by a person."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contents")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="contents")
    task = models.OneToOneField(Task, null=True, blank=True, on_delete=models.SET_NULL, related_name="content")
    title = models.CharField(max_length=255)
    html = models.TextField()
    meta_title = models.CharField(max_length=255, blank=True)
    meta_description = models.CharField(max_length=500, blank=True)
    word_count = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class ImagePrompt(models.Model):
    """What an image of a content is to show."""

    class Role(models.TextChoices):
        """Where the image stands."""

        FEATURED = "featured"
        """Above the article; landscape."""
        IN_ARTICLE = "in_article"
        """In the article; square."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="image_prompts")
    content = models.ForeignKey(Content, on_delete=models.CASCADE, related_name="image_prompts")
    role = models.CharField(max_length=12, choices=Role)
    position = models.PositiveSmallIntegerField(default=0, help_text="Order among the in-article images, from 1.")
    prompt = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["content", "role", "position"], name="image_prompt_unique_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.position}"


class Image(models.Model):
    """A generated image. Its file name is its own: no other image, of this or another content, has it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="images")
    prompt = models.ForeignKey(ImagePrompt, on_delete=models.CASCADE, related_name="images")
    file = models.CharField(max_length=255, unique=True, help_text="Name in the default storage.")
    sha256 = models.CharField(max_length=64, help_text="Of the file's bytes.")
    model_name = models.CharField(max_length=100)
    size = models.CharField(max_length=20, help_text="Width x height in pixels, as asked for.")
    operation_id = models.CharField(max_length=255, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file
