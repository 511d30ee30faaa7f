"""The automation over REST, as the front end and a script use it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from igny8_core.auth.models import Account, User
from igny8_core.business.automation.models import AutomationConfig, AutomationRun
from igny8_core.business.automation.queries import config_of
from igny8_core.business.automation.run_models import RunStatus
from igny8_core.business.automation.services.automation_service import AutomationService
from igny8_core.modules.planner.models import Keyword

from .parts import deductions, site_with, task_of

ENDPOINTS = [
    ("get", "config"), ("patch", "update_config"), ("put", "update_config"), ("post", "update_config"),
    ("post", "run_now"), ("get", "current_run"), ("post", "pause"), ("post", "resume"), ("post", "cancel"),
    ("get", "history"), ("get", "estimate"),
]  # fmt: skip


class Client:
    """Calls the endpoints as one user, or as nobody."""

    def __init__(self, user=None):
        self.client = APIClient()
        if user:
            self.client.force_authenticate(user)

    def __call__(self, method, endpoint, *, site=None, body=None, query=""):
        site = f"site={getattr(site, 'pk', site)}" if site is not None else ""
        address = f"/api/v1/automation/{endpoint}/?{site}{query}"
        return getattr(self.client, method)(address, body, format="json")


def user_of(account):
    return User.objects.create(username=f"of {account.pk}", account=account)


@pytest.fixture
def api(ai, site):
    return Client(user_of(site.account))


@pytest.fixture
def stranger(ai, site):
    return Client(user_of(Account.objects.exclude(pk=site.account_id).first()))


@pytest.mark.parametrize(("method", "endpoint"), ENDPOINTS)
class TestEveryEndpoint:
    def test_says_that_another_tenants_site_does_not_exist(self, stranger, site, method, endpoint):
        run = AutomationService.run_now(site=site)
        answer = stranger(method, endpoint, site=site, body={"enabled": True} if endpoint == "update_config" else None)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
        run.refresh_from_db()
        assert (run.status, AutomationRun.objects.count()) == (RunStatus.PENDING, 1)
        assert not AutomationConfig.objects.filter(enabled=True).exists()
        assert site.name not in answer.content.decode()

    def test_lets_nobody_in_who_is_not_signed_in(self, site, method, endpoint):
        assert Client()(method, endpoint, site=site).status_code == 401

    def test_lets_no_operator_in_who_belongs_to_no_account(self, site, method, endpoint):
        operator = User.objects.create(username="operator", is_staff=True, is_superuser=True)
        assert Client(operator)(method, endpoint, site=site).status_code == 403

    @pytest.mark.covering
    @pytest.mark.parametrize("wrong", [None, "", "herbs", "0", "-1", "1.5", "9" * 30])
    def test_needs_the_site(self, api, method, endpoint, wrong):
        answer = api(method, endpoint, site=wrong)
        assert (answer.status_code, set(answer.json()["error"]["fields"])) == (400, {"site"})

    def test_refuses_a_parameter_that_it_does_not_know(self, api, site, method, endpoint):
        answer = api(method, endpoint, site=site, query="&sight=1")
        assert (answer.status_code, set(answer.json()["error"]["fields"])) == (400, {"sight"})

    def test_says_that_a_site_does_not_exist_which_does_not(self, api, method, endpoint):
        assert api(method, endpoint, site=2**40).status_code == 404


class TestConfig:
    def test_is_there_without_having_been_made(self, api, site):
        data = api("get", "config", site=site).json()["data"]
        assert (data["site"], data["enabled"], data["frequency"], data["stage_1_batch_size"]) == (
            site.pk, False, "daily", 50,
        )  # fmt: skip

    @pytest.mark.parametrize("method", ["put", "patch", "post"])
    def test_changes_what_the_body_names_and_nothing_else(self, api, site, method):
        before = api("get", "config", site=site).json()["data"]
        body = {"enabled": True, "frequency": "weekly", "weekday": 3, "max_images": 7}
        after = api(method, "update_config", site=site, body=body).json()["data"]
        assert after == before | body | {"updated_at": after["updated_at"]}
        assert api("get", "config", site=site).json()["data"] == after

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"frequency": "hourly"}, "frequency"),
            ({"hour": 24}, "hour"),
            ({"weekday": 7}, "weekday"),
            ({"day_of_month": 29}, "day_of_month"),
            ({"stage_1_batch_size": 0}, "stage_1_batch_size"),
            ({"stage_6_batch_size": 201}, "stage_6_batch_size"),
            ({"max_articles": -1}, "max_articles"),
            ({"enabeld": True}, "enabeld"),
            ({"site": 1}, "site"),
            ({"scheduled_from": "2020-01-01"}, "scheduled_from"),
        ],
    )
    def test_refuses_what_it_does_not_know(self, api, site, body, field):
        answer = api("patch", "update_config", site=site, body={"max_images": 3} | body)
        assert (answer.status_code, set(answer.json()["error"]["fields"])) == (400, {field})
        assert config_of(site).max_images == 30

    def test_holds_a_changed_schedule_from_now_on(self, api, site):
        before = config_of(site).scheduled_from
        api("patch", "update_config", site=site, body={"max_images": 3, "hour": 2})
        assert config_of(site).scheduled_from == before
        api("patch", "update_config", site=site, body={"hour": 4})
        assert config_of(site).scheduled_from > before


class TestRunNow:
    def test_answers_with_the_run_that_a_worker_will_do(self, api, site, committing):
        answer, queued = committing(api, method="post", endpoint="run_now", site=site)
        run = AutomationRun.objects.get()
        data = answer.json()["data"]
        assert (answer.status_code, data["id"], data["status"], data["trigger"]) == (202, run.pk, "pending", "run_now")
        assert queued == (run.pk,)
        assert api("get", "current_run", site=site).json()["data"] == data

    def test_of_a_site_with_a_run_is_a_conflict(self, api, site):
        api("post", "run_now", site=site)
        answer = api("post", "run_now", site=site)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "run_active")
        assert AutomationRun.objects.count() == 1

    def test_of_an_account_without_credits_needs_payment(self, ai, site):
        empty = Account.objects.create(name="Empty", plan=site.account.plan)
        poor = site_with(account=empty, keywords=2)
        answer = Client(user_of(empty))("post", "run_now", site=poor)
        assert (answer.status_code, answer.json()["error"]["code"]) == (402, "insufficient_credits")
        assert answer.json()["message"].startswith("Empty has 0 credits, and a run is expected to need")
        assert (ai.calls, AutomationRun.objects.count()) == ([], 0)


class TestRun:
    def test_is_told_stage_by_stage_with_its_credits(self, api, site, work):
        run = AutomationService.run_now(site=site)
        work(run)
        (told,) = api("get", "history", site=site).json()["results"]
        assert (told["status"], told["current_stage"], told["error"]) == ("completed", 7, "")
        assert [(stage["stage"], stage["name"], stage["created"]) for stage in told["stages"]][:2] == [
            (1, "Keywords to clusters", 2), (2, "Clusters to ideas", 4),
        ]  # fmt: skip
        assert told["credits_used"] == sum(deductions(site).values()) > 0
        assert told["started_at"] <= told["finished_at"]
        assert api("get", "current_run", site=site).json()["data"] is None

    def test_is_paused_resumed_and_cancelled(self, api, site, committing):
        api("post", "run_now", site=site)
        run = AutomationRun.objects.get()
        assert api("post", "pause", site=site).json()["data"]["status"] == "paused"
        answer, queued = committing(api, method="post", endpoint="resume", site=site)
        assert (answer.json()["data"]["status"], queued) == ("pending", (run.pk,))
        assert api("post", "cancel", site=site).json()["data"]["status"] == "cancelled"
        assert api("get", "current_run", site=site).json()["data"] is None

    @pytest.mark.parametrize("endpoint", ["pause", "resume", "cancel"])
    def test_that_is_not_there_is_a_conflict(self, api, site, endpoint):
        answer = api("post", endpoint, site=site)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "run_not_active")
        assert "has no run to" in answer.json()["message"]


class TestHistory:
    def test_has_the_sites_runs_newest_first_in_pages(self, api, site):
        now = timezone.now()
        for owner in (site, site, site, site_with(name="Other")):
            AutomationRun.objects.create(
                account=owner.account, site=owner, trigger="run_now", status="completed", finished_at=now
            )
        expected = list(AutomationRun.objects.filter(site=site).order_by("-pk").values_list("pk", flat=True))
        answer = api("get", "history", site=site, query="&page_size=2").json()
        assert (answer["success"], answer["count"], [run["id"] for run in answer["results"]]) == (
            True, 3, expected[:2],
        )  # fmt: skip
        assert answer["next"] is not None

    def test_costs_the_same_number_of_queries_however_long_it_is(self, api, site):
        counts = []
        for _ in range(2):
            for _ in range(3):
                AutomationRun.objects.create(
                    account=site.account, site=site, trigger="run_now", status="completed", finished_at=timezone.now()
                )
            with CaptureQueriesContext(connection) as queries:
                assert api("get", "history", site=site).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestEstimate:
    def test_tells_what_a_run_needs_before_it_is_started(self, api, site):
        Keyword.objects.all().delete()
        task_of(site)
        data = api("get", "estimate", site=site).json()["data"]
        assert data["needed"] > data["credits"] > 0
        assert (data["balance"], data["sufficient"]) == (site.account.credits, True)
        assert [stage["stage"] for stage in data["stages"]] == list(range(1, 8))
        assert sum(stage["credits"] for stage in data["stages"]) == data["credits"]
