"""Addresses of recorded operations, below ``/migration/``."""

from django.urls import path

from dashboards.recordings import views

urlpatterns = [
    path("recordings/", views.recordings, name="recordings"),
    path("recordings/<int:number>/", views.recording, name="recording"),
]
