"""Addresses of legacy code, below ``/migration/``."""

from django.urls import path

from dashboards.retiring import views

urlpatterns = [
    path("legacy/", views.legacy, name="legacy"),
    path("legacy/remaining/", views.remaining, name="legacy-remaining"),
    path("legacy/declare/", views.declare, name="legacy-declare"),
    path("legacy/undeclare/", views.undeclare, name="legacy-undeclare"),
]
