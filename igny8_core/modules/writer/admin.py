"""Tasks, contents and images in the admin, to look at: customers work with them elsewhere."""

from django.contrib import admin

from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task
from igny8_core.operators.pages import ReadOnlyAdmin


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """Articles to be written."""

    list_display = ("title", "status", "cluster", "site", "account", "created_at")
    list_filter = ("status", "created_at")
    list_select_related = ("cluster", "site", "account")
    search_fields = ("title", "site__name", "account__name")
    ordering = ("-id",)


@admin.register(Content)
class ContentAdmin(ReadOnlyAdmin):
    """Articles."""

    list_display = ("title", "status", "word_count", "site", "account", "updated_at")
    list_filter = ("status", "created_at")
    list_select_related = ("site", "account")
    search_fields = ("title", "site__name", "account__name")
    ordering = ("-id",)


@admin.register(ImagePrompt)
class ImagePromptAdmin(ReadOnlyAdmin):
    """What images of contents are to show."""

    list_display = ("content", "role", "position", "prompt", "account", "created_at")
    list_filter = ("role", "created_at")
    list_select_related = ("content", "account")
    search_fields = ("prompt", "content__title", "account__name")
    ordering = ("-id",)


@admin.register(Image)
class ImageAdmin(ReadOnlyAdmin):
    """Generated images."""

    list_display = ("file", "model_name", "size", "prompt", "account", "created_at")
    list_filter = ("model_name", "created_at")
    list_select_related = ("prompt", "account")
    search_fields = ("file", "operation_id", "account__name")
    ordering = ("-id",)
