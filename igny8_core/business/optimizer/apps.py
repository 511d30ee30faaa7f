"""Contents made better to find and to read."""

from django.apps import AppConfig


class OptimizerConfig(AppConfig):
    """The app that owns the optimizations of contents."""

    name = "igny8_core.business.optimizer"
    label = "optimizer"
    verbose_name = "Optimizer"
