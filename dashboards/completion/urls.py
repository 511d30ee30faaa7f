"""Addresses of the migration's end, below ``/migration/``."""

from django.urls import path

from dashboards.completion import views

urlpatterns = [
    path("criteria/", views.criteria, name="criteria"),
    path("errors/", views.errors, name="errors"),
]
