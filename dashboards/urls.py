"""Addresses of the console, below ``/migration/``."""

from django.urls import path

from dashboards import flag_views, views

app_name = "dashboards"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("evidence/", views.evidence, name="evidence"),
    path("flags/<str:name>/", flag_views.flag, name="flag"),
    path("flags/<str:name>/rollback/", flag_views.rollback, name="rollback"),
    path("flags/<str:name>/return/", flag_views.take_back, name="return"),
    path("flags/<str:name>/account/", flag_views.account, name="account"),
    path("flags/<str:name>/share/", flag_views.share, name="share"),
    path("discrepancies/<str:signature>/", views.discrepancy, name="discrepancy"),
    path("discrepancies/<str:signature>/review/", views.review, name="review"),
]
