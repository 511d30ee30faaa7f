"""Addresses of the overview: ``/migration/``, and its parts below it."""

from django.urls import path

from dashboards.overview import views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("overview/now/", views.now_part, name="overview-now"),
    path("overview/standing/", views.standing_part, name="overview-standing"),
]
