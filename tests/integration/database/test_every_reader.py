"""Whatever reads or writes the harness asks its one alias: a replica cannot even be reached here."""

from datetime import date

import pytest
from django.test import Client
from django.test.testcases import DatabaseOperationForbidden
from django.urls import reverse

from migration_harness.models import DiscrepancyReview, Drift, Flag, StoredExplanation
from migration_harness.reviewing import approvals, reviews
from migration_harness.stores.reconcile import reconcile

from ..approving import second_person
from ..console.browser import CREDITS, OVERVIEW, flag_page, page_of
from ..operator_api.clients import ROUTES, url_of
from .replica import NAME, ReadsFromReplica

pytestmark = [pytest.mark.usefixtures("known_replica", "reading_elsewhere"), pytest.mark.django_db]


@pytest.fixture
def reading_elsewhere(demo, signature, settings):
    """What the test's own transaction holds, no replica has; reaching for one is an error of the test case."""
    settings.DATABASE_ROUTERS = [f"{ReadsFromReplica.__module__}.{ReadsFromReplica.__name__}"]


def test_the_replica_is_out_of_reach():
    with pytest.raises(DatabaseOperationForbidden):
        Flag.objects.using(NAME).count()


PAGES = [
    OVERVIEW,
    flag_page(),
    *(reverse(f"dashboards:{name}") for name in ("evidence", "forecast", "heal", "explanations")),
    *(reverse(f"admin:migration_harness_{name}_changelist") for name in ("flag", "auditevent", "discrepancyreview")),
]


class TestConsole:
    @pytest.mark.parametrize("page", PAGES)
    def test_shows_its_pages(self, operator, page):
        client = Client()
        client.force_login(operator)
        assert client.get(page).status_code == 200

    def test_shows_a_discrepancy(self, operator, signature):
        client = Client()
        client.force_login(operator)
        assert client.get(page_of(signature)).status_code == 200


class TestApi:
    @pytest.mark.parametrize("route", [route for route in ROUTES if route != "docs"])
    def test_answers(self, program, signature, route):
        assert program.get(url_of(route, signature)).status_code in (200, 404, 405, 409)


VERBS = [
    ("status", "--json"),
    ("fleet", "--json"),
    ("audit", "--verify"),
    ("audit", "--json"),
    ("discrepancies", "list", "--json"),
    ("evidence", "--json"),
    ("heal", "--json"),
    ("reconcile",),
    ("flag", CREDITS, "--share", "10"),
    ("rollback", CREDITS),
    ("rollback", "--all"),
    ("rollback", "--drill"),
]


class TestCommands:
    @pytest.mark.parametrize("verb", VERBS, ids=" ".join)
    def test_find_what_there_is(self, harness, verb):
        code, out, err = harness(*verb)
        assert (code == 2, NAME in err) == (False, False), out


class TestPeople:
    def test_review_assign_and_note(self, signature, operator):
        state = DiscrepancyReview.State
        for each in (state.ACKNOWLEDGED, state.FIXED):
            reviews.review_discrepancy(signature=signature, state=each, actor="ada", reason="x")
        for assignee in ("ada", ""):
            reviews.assign(signature=signature, assignee=assignee, actor="ada")
        reviews.add_note(signature=signature, text="looked at", actor="ada")
        assert DiscrepancyReview.objects.get(pk=signature).state == "fixed"

    def test_approve_and_revoke(self):
        number = StoredExplanation.objects.values_list("pk", flat=True).get()
        approved = approvals.approve(number=number, actor=second_person("ada"), today=date(2029, 1, 1))
        assert (approved.state, approved.approved_by, approved.version) == ("approved", "ada", 2)
        revoked = approvals.revoke(number=number, actor="ada", reason="no more")
        assert (revoked.state, revoked.approved_by, revoked.ended_by, revoked.version) == ("revoked", "ada", "ada", 3)


class TestStores:
    def test_are_reconciled(self, drifted):
        assert reconcile().repaired == 1
        assert not Drift.objects.exists()
