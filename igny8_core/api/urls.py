"""Addresses of the service's API, below ``/api/v1/``. Each part registers its own."""

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from igny8_core.api.views import images, planner, writer

router = SimpleRouter()
router.register("planner/keywords", planner.Keywords, basename="keyword")
router.register("planner/clusters", planner.Clusters, basename="cluster")
router.register("planner/ideas", planner.Ideas, basename="idea")
router.register("writer/tasks", writer.Tasks, basename="task")
router.register("writer/contents", writer.Contents, basename="content")
router.register("writer/image_prompts", images.ImagePrompts, basename="image-prompt")
router.register("writer/images", images.Images, basename="image")

urlpatterns: list[URLPattern | URLResolver] = [*router.urls]
