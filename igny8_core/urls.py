"""Addresses of the service."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from igny8_core.auth.signing_in.pages import second_factor_page
from igny8_core.frontend import frontend
from igny8_core.health import healthz
from igny8_core.icon import icon

# Every page of the admin is there, whoever asks for addresses.
admin.autodiscover()

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="dashboards:overview")),
    # The admin lets operators in, and sends everybody else to its log-in page.
    path("admin/second-factor/", admin.site.admin_view(second_factor_page), name="second-factor"),
    path("admin/", admin.site.urls),
    path("api/v1/migration/", include("dashboards.api.urls")),
    path("api/v1/", include("igny8_core.api.urls")),
    re_path("^app/", frontend, name="frontend"),
    # A browser asks for it by itself, wherever a page names no icon.
    path("favicon.ico", icon),
    path("healthz", healthz),
    path("metrics", include("dashboards.metrics_urls")),
    path("migration/", include("dashboards.urls")),
]
