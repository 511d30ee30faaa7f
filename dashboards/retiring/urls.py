"""Addresses of legacy code, below ``/migration/``."""

from django.urls import path

from dashboards.retiring import views

urlpatterns = [path("legacy/", views.legacy, name="legacy")]
