"""Addresses of rollouts, below ``/migration/``."""

from django.urls import path

from dashboards.rollouts import acting, views

urlpatterns = [
    path("rollouts/", views.rollouts, name="rollouts"),
    path("rollouts/<str:name>/", views.rollout, name="rollout"),
    path("rollouts/<str:name>/start/", acting.start, name="rollout-start"),
    path("rollouts/<str:name>/pause/", acting.pause, name="rollout-pause"),
    path("rollouts/<str:name>/resume/", acting.resume, name="rollout-resume"),
    path("rollouts/<str:name>/abort/", acting.abort, name="rollout-abort"),
    path("rollouts/<str:name>/back-to/", acting.back_to, name="rollout-back-to"),
]
