"""Addresses of the service's API, below ``/api/v1/``. Each part registers its own."""

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from igny8_core.api.views import automation

router = SimpleRouter()
router.register("automation", automation.Automation, basename="automation")

urlpatterns: list[URLPattern | URLResolver] = [*router.urls]
