"""Addresses of the service's API, below ``/api/v1/``. Each part registers its own."""

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from igny8_core.api.views import accounts, auth, automation, system

router = SimpleRouter()
router.register("accounts/sites", accounts.Sites, basename="site")
router.register("automation", automation.Automation, basename="automation")

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/login/", auth.Login.as_view(), name="login"),
    path("auth/logout/", auth.Logout.as_view(), name="logout"),
    path("auth/me/", auth.Me.as_view(), name="me"),
    path("system/ai-models/", system.AIModels.as_view(), name="ai-models"),
    path("system/settings/", system.Settings.as_view(), name="settings"),
    *router.urls,
]
