"""The address of legacy code in use, below ``/migration/``."""

from django.urls import path

from dashboards.tombstones import views

urlpatterns = [path("legacy/", views.legacy, name="legacy")]
