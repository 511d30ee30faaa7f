"""Automation: a site's keywords become articles with images, stage by stage."""

from django.apps import AppConfig


class AutomationConfigApp(AppConfig):
    """The app that owns the automation's configurations and runs."""

    name = "igny8_core.business.automation"
    label = "automation"
    verbose_name = "Automation"
