"""Addresses of the brakes, below ``/migration/``."""

from django.urls import path

from dashboards.brakes import views

urlpatterns = [
    path("brakes/", views.brakes, name="brakes"),
    path("brakes/figures/", views.figures, name="brakes-figures"),
    path("brakes/obeying/", views.obeying, name="brakes-obeying"),
    path("brakes/why/", views.why, name="brakes-why"),
]
