"""Writing of content."""

from django.apps import AppConfig


class WriterConfig(AppConfig):
    """The app that owns tasks, content, image prompts and images."""

    name = "igny8_core.modules.writer"
    label = "writer"
    verbose_name = "Writer"
