"""Planning of content."""

from django.apps import AppConfig


class PlannerConfig(AppConfig):
    """The app that owns keywords, clusters and ideas."""

    name = "igny8_core.modules.planner"
    label = "planner"
    verbose_name = "Planner"
