"""Addresses of the console, below ``/migration/``."""

from django.urls import path

from dashboards import (
    approval_views,
    flag_views,
    forecast_views,
    heal_views,
    phase_views,
    review_views,
    token_views,
    views,
)
from dashboards.accounts.urls import urlpatterns as account_urls
from dashboards.brakes.urls import urlpatterns as brake_urls
from dashboards.causes.urls import urlpatterns as cause_urls
from dashboards.certifying.urls import urlpatterns as certificate_urls
from dashboards.changes.urls import urlpatterns as change_urls
from dashboards.completion.urls import urlpatterns as completion_urls
from dashboards.discrepancies.urls import urlpatterns as discrepancy_urls
from dashboards.notices.urls import urlpatterns as notice_urls
from dashboards.overview.urls import urlpatterns as overview_urls
from dashboards.recordings.urls import urlpatterns as recording_urls
from dashboards.retiring.urls import urlpatterns as legacy_urls
from dashboards.rollouts.urls import urlpatterns as rollout_urls
from dashboards.seams.urls import urlpatterns as seam_urls
from dashboards.trial_balance.urls import urlpatterns as trial_balance_urls

app_name = "dashboards"
urlpatterns = [
    path("evidence/", views.evidence, name="evidence"),
    path("flags/", flag_views.flags, name="flags"),
    path("flags/<str:name>/", flag_views.flag, name="flag"),
    path("flags/<str:name>/rollback/", flag_views.rollback, name="rollback"),
    path("flags/<str:name>/return/", flag_views.take_back, name="return"),
    path("flags/<str:name>/retire/", flag_views.retire, name="retire"),
    path("flags/<str:name>/account/", flag_views.account, name="account"),
    path("flags/<str:name>/share/", flag_views.share, name="share"),
    path("phases/<int:number>/", phase_views.phase, name="phase"),
    path("phases/<int:number>/advance/", phase_views.advance, name="advance"),
    path("phases/<int:number>/reopen/", phase_views.reopen, name="reopen"),
    path("phases/<int:number>/checklist/<int:item>/", phase_views.checklist, name="checklist"),
    path("forecast/", forecast_views.forecast, name="forecast"),
    path("forecast/sign-off/", forecast_views.sign, name="sign-off"),
    path("heal/", heal_views.heal, name="heal"),
    path("discrepancies/<str:signature>/", views.discrepancy, name="discrepancy"),
    path("discrepancies/<str:signature>/review/", views.review, name="review"),
    path("discrepancies/<str:signature>/note/", review_views.note, name="note"),
    path("discrepancies/<str:signature>/assign/", review_views.assign, name="assign"),
    path("discrepancies/<str:signature>/explain/", review_views.explain, name="explain"),
    path("discrepancies/<str:signature>/test/", review_views.test_file, name="test"),
    path("approvals/", approval_views.approvals, name="approvals"),
    path("approvals/<int:number>/", approval_views.approval, name="approval"),
    path("approvals/<int:number>/answer/", approval_views.answer, name="answer"),
    path("explanations/", review_views.explanations, name="explanations"),
    path("explanations/<int:number>/decide/", review_views.decide, name="decide"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/<str:prefix>/revoke/", token_views.revoke, name="revoke-token"),
    *account_urls,
    *brake_urls,
    *cause_urls,
    *certificate_urls,
    *change_urls,
    *completion_urls,
    *discrepancy_urls,
    *legacy_urls,
    *notice_urls,
    *overview_urls,
    *recording_urls,
    *rollout_urls,
    *seam_urls,
    *trial_balance_urls,
]
