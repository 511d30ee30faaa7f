"""Addresses of certificates, below ``/migration/``."""

from django.urls import path

from dashboards.certifying import views

urlpatterns = [
    path("certificate/", views.certificate, name="certificate"),
    path("certificate/make/", views.make, name="certificate-make"),
]
