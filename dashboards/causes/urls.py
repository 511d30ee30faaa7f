"""Addresses of causes, below ``/migration/``."""

from django.urls import path

from dashboards.causes import views

urlpatterns = [
    path("causes/<str:name>/", views.cause, name="cause"),
    path("causes/<str:name>/review/", views.review, name="review-cause"),
]
