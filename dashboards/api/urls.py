"""Addresses of the API, below ``/api/v1/migration/``."""

from django.urls import path, re_path

from dashboards.api import (
    approval_views,
    evidence_views,
    flag_views,
    fleet_views,
    forecast_views,
    heal_views,
    notice_views,
    review_views,
    schema,
    store_views,
    views,
)

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
    path("discrepancies/<slug:signature>/notes/", review_views.Notes.as_view(), name="notes"),
    path("discrepancies/<slug:signature>/assignment/", review_views.Assignment.as_view(), name="assignment"),
    path("discrepancies/<slug:signature>/explanation/", review_views.Proposal.as_view(), name="proposal"),
    path("discrepancies/<slug:signature>/test/", review_views.Test.as_view(), name="test"),
    path("explanations/", review_views.Explanations.as_view(), name="explanations"),
    path("explanations/<int:number>/", review_views.Explanation.as_view(), name="explanation"),
    path("explanations/<int:number>/decision/", review_views.Decision.as_view(), name="decision"),
    path("approvals/", approval_views.Approvals.as_view(), name="approvals"),
    path("approvals/<int:number>/", approval_views.ApprovalOfNumber.as_view(), name="approval"),
    path("approvals/<int:number>/answer/", approval_views.ApprovalAnswer.as_view(), name="approval-answer"),
    path("evidence/", evidence_views.Evidence.as_view(), name="evidence"),
    path("notices/", notice_views.Notices.as_view(), name="notices"),
    path("fleet/", fleet_views.Fleet.as_view(), name="fleet"),
    path("drill/", fleet_views.Drill.as_view(), name="drill"),
    path("reconcile/", store_views.Reconciliation.as_view(), name="reconcile"),
    path("resync/", store_views.Resynchronisation.as_view(), name="resync"),
    path("forecast/", forecast_views.Forecast.as_view(), name="forecast"),
    path("forecast/sign-off/", forecast_views.ForecastSignOff.as_view(), name="forecast-sign-off"),
    path("heal/", heal_views.Healing.as_view(), name="heal"),
    path("audit/", views.AuditTrail.as_view(), name="audit"),
    path("audit/verify/", views.AuditVerification.as_view(), name="audit-verification"),
    path("schema/", schema.Schema.as_view(), name="schema"),
    path("docs/", schema.Page.as_view(), name="docs"),
    re_path("", views.Nowhere.as_view(), name="nowhere"),
]
