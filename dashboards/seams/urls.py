"""The address of seams, below ``/migration/``."""

from django.urls import path

from dashboards.seams import views

urlpatterns = [path("seams/", views.seams, name="seams")]
