"""The address of the list of discrepancies, below ``/migration/``."""

from django.urls import path

from dashboards.discrepancies import views

urlpatterns = [path("discrepancies/", views.discrepancies, name="discrepancies")]
