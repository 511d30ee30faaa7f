"""Who may look at the console and act on it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboards import urls
from igny8_core.auth.models import Account, User
from migration_harness import queries
from migration_harness.authority import approvals
from migration_harness.authority.persons import acting
from migration_harness.models import (
    Approval,
    AuditEvent,
    DiscrepancyNote,
    DiscrepancyReview,
    Notice,
    RecordedOperation,
    Rollout,
    RolloutStep,
    StoredExplanation,
)
from migration_harness.tokens.holding import make_token
from tests.people import trusted
from tests.trial_flag import FLAG

from ..authority.people import asked
from ..one_after_another import one_after_another
from .browser import flag_page, words

ROUTES = {pattern.name: pattern for pattern in urls.urlpatterns}
MOVES = ("rollout-pause", "rollout-resume", "rollout-abort", "rollout-back-to")
ACTIONS = (
    "accounts",
    "account-page",
    "move-accounts",
    "brakes",
    "brakes-why",
    "rollback",
    "return",
    "account",
    "share",
    *MOVES,
    "rollout-start",
    "notice-again",
    "heal",
    "review",
    "review-cause",
    "note",
    "assign",
    "explain",
    "decide",
    "answer",
    "sign-off",
    "tokens",
    "revoke-token",
    "advance",
    "reopen",
    "checklist",
    "retire",
    "legacy-declare",
    "legacy-undeclare",
    "certificate",
    "certificate-make",
)
OF_SUPERUSERS = ("legacy-declare", "legacy-undeclare")
OF_A_CAUSE = ("cause", "review-cause")
OF_A_PHASE = ("phase", "advance", "reopen", "checklist")
SENT = {
    "account": "Amber Bakery", "membership": "on", "percent": "5", "state": "fixed", "reason": "because",
    "text": "seen", "assignee": "", "paths": "result.label", "calls": "any", "decision": "approve",
    "expires": (timezone.localdate() + timedelta(days=30)).isoformat(),
}  # fmt: skip


def proposed(signature):
    """Return the number of a proposed explanation, of a seam where one may explain."""
    values = {"seam": "trial.choice", "paths": ["label"], "kinds": ["value"], "reason": "x", "owner": "ada"}
    rest = {"expires": "2030-01-01", "covered": {}, "proposed_by": "ada", "proposed_at": timezone.now()}
    return StoredExplanation.objects.get_or_create(signature=signature, defaults=values | rest)[0].pk


def prefix_of_a_token():
    """Return how a token of the newest operator begins; without one, how none does."""
    operator = User.objects.filter(is_staff=True).order_by("-pk").first()
    if operator is None:
        return "mh_00000000"
    return make_token(username=operator.username, name="x", scopes=["read"], actor="seed").text.prefix


def rollout_under_way():
    """Have a rollout of the flag under way, by its row alone."""
    values = {"epoch": 1, "started_by": "seed", "started_at": timezone.now()}
    made, _ = Rollout.objects.get_or_create(flag=FLAG, state="running", defaults=values)
    RolloutStep.objects.get_or_create(rollout=made, position=0, share_bps=100, soak_seconds=60, sample=0)


def approval_asked():
    """Return the number of an approval that somebody waits for."""
    found = Approval.objects.first()
    if found is None:
        found = approvals.put_down(asked(), by=acting("zoe"), reason="x", now=timezone.now())
    return found.pk


def notice_given_up():
    """Return the number of a notice that could not be delivered for days."""
    now, known = timezone.now(), {"kind": "rolled_back", "subject": FLAG, "sentence": "x", "details": {}}
    found, made = Notice.objects.get_or_create(key=UUID(int=1), defaults=known | {"at": now, "addressed": True})
    if made:
        found.deliveries.create(channel="webhook", state="given_up", next_at=now, give_up_at=now)
    return found.pk


def operation_recorded():
    """Return the number of an operation that was recorded and did nothing."""
    values = {"kind": "trial", "execution_path": "manual", "at": timezone.now(), "duration_ms": 1}
    found, _ = RecordedOperation.objects.get_or_create(
        recording=UUID(int=1), defaults=values | {"inputs": {}, "rows": [], "steps": []}
    )
    return found.pk


NUMBERS = {
    "approval": approval_asked,
    "answer": approval_asked,
    "notice-again": notice_given_up,
    "recording": operation_recorded,
}


def url_of(route, signature="0123456789ab"):
    if route in MOVES:
        rollout_under_way()
    known = {"name": FLAG, "signature": signature, "item": 1, "prefix": prefix_of_a_token()}
    account = Account.objects.order_by("pk").first()
    known["account_id"] = account.pk if account else 1
    known["number"] = number_of(route, signature)
    if route in OF_A_CAUSE:
        known["name"] = queries.cause_of(signature).name
    return reverse(f"dashboards:{route}", kwargs={name: known[name] for name in ROUTES[route].pattern.converters})


def number_of(route, signature):
    """Return the number of what a page is about: a phase with a checklist, an approval, a notice, or an explanation."""
    if route in OF_A_PHASE:
        return 4
    return NUMBERS.get(route, lambda: proposed(signature))()


def nothing_done():
    said = (DiscrepancyReview.objects.count(), DiscrepancyNote.objects.count())
    decided = StoredExplanation.objects.exclude(state="proposed").count()
    return (AuditEvent.objects.exclude(actor="seed").exclude(action="refuse").count(), said, decided) == (0, (0, 0), 0)


class TestAccess:
    """Every page that is routed, so that a new one cannot be forgotten."""

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_of_an_anonymous_visitor_leads_to_the_login(self, client, mismatch, method):
        for route in one_after_another(ROUTES):
            url = url_of(route, mismatch.signature)
            response = getattr(client, method)(url, SENT)
            if method == "post" and route not in ACTIONS:
                assert response.status_code == 405, route
            else:
                assert (response.status_code, response["Location"].split("%3F")[0]) == (
                    302,
                    f"/admin/login/?next={url}",
                ), route
            assert nothing_done(), route

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_of_a_customer_is_refused(self, customer, mismatch, method):
        for route in one_after_another(ROUTES):
            response = getattr(customer, method)(url_of(route, mismatch.signature), SENT)
            assert response.status_code == (405 if method == "post" and route not in ACTIONS else 403), route
            assert nothing_done(), route

    def test_of_staff_with_roles_is_granted_and_leaves_nothing_in_a_cache(self, client, mismatch):
        client.force_login(trusted("reader", password="x"))
        for route in one_after_another(ROUTES):
            # Of a seam that is a test's own no pytest file can be made, and the page says so.
            expected = 409 if route == "test" else 403 if route in OF_SUPERUSERS else 200
            response = client.get(url_of(route, mismatch.signature))
            assert (response.status_code, "no-store" in response["Cache-Control"]) == (expected, True), route

    def test_without_the_token_of_the_form_does_nothing(self, mismatch):
        client = Client(enforce_csrf_checks=True)
        client.force_login(trusted("ada", password="x"))
        for route in one_after_another(ACTIONS):
            assert client.post(url_of(route, mismatch.signature), SENT).status_code == 403, route
            assert nothing_done(), route

    def test_by_looking_alone_does_nothing(self, operator, mismatch):
        for route in one_after_another(ACTIONS):
            assert operator.get(url_of(route, mismatch.signature), SENT).status_code == 200, route
            assert operator.head(url_of(route, mismatch.signature), SENT).status_code == 200, route
            assert operator.put(url_of(route, mismatch.signature), SENT).status_code == 405, route
            assert nothing_done(), route

    def test_to_a_page_without_a_form_is_for_reading(self, operator, mismatch):
        for route in one_after_another([route for route in ROUTES if route not in ACTIONS]):
            assert operator.post(url_of(route, mismatch.signature)).status_code == 405, route

    @pytest.mark.parametrize("action", ["", "rollback/", "return/", "account/", "share/"])
    def test_to_a_flag_that_does_not_exist_finds_nothing(self, operator, demo, action):
        response = operator.get(f"{flag_page('typo')}{action}")
        assert (response.status_code, "There is no flag" in words(response)) == (404, True)
