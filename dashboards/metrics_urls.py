"""The address that Prometheus scrapes; the host chooses where it is."""

from django.urls import path

from dashboards.metrics import metrics

urlpatterns = [path("", metrics, name="metrics")]
