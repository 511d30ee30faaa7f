"""Addresses of the API, below ``/api/v1/migration/``."""

from django.urls import path, re_path

from dashboards.api import evidence_views, flag_views, fleet_views, schema, store_views, views

app_name = "migration-api"
urlpatterns = [
    path("status/", views.Status.as_view(), name="status"),
    path("flags/", flag_views.Flags.as_view(), name="flags"),
    path("flags/<str:name>/", flag_views.Flag.as_view(), name="flag"),
    path("flags/<str:name>/rollback/", flag_views.Rollback.as_view(), name="rollback"),
    path("rollback/", flag_views.RollbackOfAll.as_view(), name="rollback-of-all"),
    path("discrepancies/", views.Discrepancies.as_view(), name="discrepancies"),
    path("discrepancies/<slug:signature>/", views.Discrepancy.as_view(), name="discrepancy"),
    path("discrepancies/<slug:signature>/review/", views.Review.as_view(), name="review"),
    path("evidence/", evidence_views.Evidence.as_view(), name="evidence"),
    path("fleet/", fleet_views.Fleet.as_view(), name="fleet"),
    path("drill/", fleet_views.Drill.as_view(), name="drill"),
    path("reconcile/", store_views.Reconciliation.as_view(), name="reconcile"),
    path("resync/", store_views.Resynchronisation.as_view(), name="resync"),
    path("audit/", views.AuditTrail.as_view(), name="audit"),
    path("audit/verify/", views.AuditVerification.as_view(), name="audit-verification"),
    path("schema/", schema.Schema.as_view(), name="schema"),
    path("docs/", schema.Page.as_view(), name="docs"),
    re_path("", views.Nowhere.as_view(), name="nowhere"),
]
