"""The address of the trial balance, below ``/migration/``."""

from django.urls import path

from dashboards.trial_balance import views

urlpatterns = [path("trial-balance/", views.trial_balance, name="trial-balance")]
