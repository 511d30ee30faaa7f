"""Pages inside the admin's frame: its navigation, its themes."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from migration_harness.api import HarnessError


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page."""
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


def not_found(request: HttpRequest, error: HarnessError) -> HttpResponse:
    """Say that what the address names does not exist."""
    return page(request, "dashboards/not_found.html", status=404, title="Not found", message=str(error))
