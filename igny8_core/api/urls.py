"""Addresses of the service's API, below ``/api/v1/``. Each part registers its own."""

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from igny8_core.api import schema
from igny8_core.api.views import (
    accounts,
    auth,
    automation,
    billing,
    images,
    linker,
    nowhere,
    optimizer,
    planner,
    providers,
    system,
    writer,
)

router = SimpleRouter()
router.register("accounts/sites", accounts.Sites, basename="site")
router.register("automation", automation.Automation, basename="automation")
router.register("billing/transactions", billing.Transactions, basename="transaction")
router.register("billing/usage", billing.Usage, basename="usage")
router.register("planner/keywords", planner.Keywords, basename="keyword")
router.register("planner/clusters", planner.Clusters, basename="cluster")
router.register("planner/ideas", planner.Ideas, basename="idea")
router.register("writer/tasks", writer.Tasks, basename="task")
router.register("writer/contents", writer.Contents, basename="content")
router.register("writer/image_prompts", images.ImagePrompts, basename="image-prompt")
router.register("writer/images", images.Images, basename="image")
router.register("linker/links", linker.Links, basename="link")
router.register("linker/contents", linker.LinkedContents, basename="linked-content")
router.register("optimizer/tasks", optimizer.Optimizations, basename="optimization")
router.register("optimizer/contents", optimizer.OptimizedContents, basename="optimized-content")

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/me/", accounts.Me.as_view(), name="account"),
    path("auth/login/", auth.Login.as_view(), name="login"),
    path("auth/logout/", auth.Logout.as_view(), name="logout"),
    path("auth/me/", auth.Me.as_view(), name="me"),
    path("billing/balance/", billing.Balance.as_view(), name="balance"),
    path("billing/usage/summary/", billing.UsageSummary.as_view(), name="usage-summary"),
    path("system/ai-models/", system.AIModels.as_view(), name="ai-models"),
    path("system/provider-keys/", providers.ProviderKeys.as_view(), name="provider-keys"),
    path("system/settings/", system.Settings.as_view(), name="settings"),
    *router.urls,
    path("schema/", schema.Schema.as_view(), name="service-schema"),
    path("docs/", schema.Page.as_view(), name="service-docs"),
    # Last: it takes what is left.
    re_path("", nowhere.Nowhere.as_view(), name="nowhere"),
]
