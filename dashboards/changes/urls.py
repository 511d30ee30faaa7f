"""The address of changes, below ``/migration/``."""

from django.urls import path

from dashboards.changes import views

urlpatterns = [path("changes/", views.changes, name="changes")]
