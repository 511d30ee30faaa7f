"""The pages of the console: each asks for what it shows and renders it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dashboards.access import staff_page
from dashboards.discrepancy import discrepancy_page
from dashboards.overview import overview_page
from migration_harness.api import HarnessError


@staff_page
def overview(request: HttpRequest) -> HttpResponse:
    """Show where the migration stands and what needs a person."""
    page = overview_page(now=timezone.now())
    return _page(request, "dashboards/overview.html", title="Migration", page=page)


@staff_page
def discrepancy(request: HttpRequest, signature: str) -> HttpResponse:
    """Show one discrepancy with the newest calls that differ."""
    try:
        page = discrepancy_page(signature, now=timezone.now())
    except HarnessError as error:
        return _page(request, "dashboards/not_found.html", status=404, title="Not found", message=str(error))
    return _page(request, "dashboards/discrepancy.html", title=f"Discrepancy {signature}", page=page)


def _page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Render a page inside the admin's frame: its navigation, its themes."""
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)
