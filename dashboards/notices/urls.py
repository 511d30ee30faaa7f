"""Addresses of notices, below ``/migration/``."""

from django.urls import path

from dashboards.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/<int:number>/again/", views.again, name="notice-again"),
]
