"""The REST API for operators, as a program uses it."""

import json
import re
from dataclasses import fields

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from dashboards.api import errors, flag_answers, urls
from dashboards.api.throttles import ReadThrottle
from igny8_core.ai.provider_keys import Purpose
from igny8_core.ai.seams import provider_key
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import AIModelConfig, IntegrationProvider
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.billing.usage import Usage
from igny8_core.migration_plan import PLAN
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries, rollback
from migration_harness.acknowledgement import Proof
from migration_harness.exceptions import HarnessError, UnknownFlag
from migration_harness.flags import load_snapshot
from migration_harness.models import AuditEvent, DiscrepancyReview
from migration_harness.operations import FlagChange, change_flag, roll_back
from migration_harness.processes import Process
from migration_harness.rollback import ProvenFlip
from migration_harness.stages import Stage

API = "/api/v1/migration/"
CREDITS = "model-based-credits"
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
ROUTES = {pattern.name: pattern for pattern in urls.urlpatterns}
LISTS = ("flags", "discrepancies", "audit")


@pytest.fixture
def operator(demo):
    """A program with the token of the operator ada."""
    return with_token(User.objects.create_user("ada", is_staff=True))


@pytest.fixture
def signature(demo):
    """One discrepancy that nobody has looked at: 20 credits by the tariff, 5 charged, 3 signed."""
    AIModelConfig.objects.filter(model_name="gpt-5.1").update(tokens_per_credit=700)
    charge("clustering", index=0)
    (found,) = queries.discrepancies()
    return found.signature


@pytest.fixture
def wrong_key(account):
    """The provider's new key is not the old one: a difference in a secret."""
    provider = IntegrationProvider.objects.get(pk="openai")
    provider.api_key = DEMO_KEYS["runware"]
    provider.save()
    provider_key(account=account, provider="openai", purpose=Purpose.TEXT)


def with_token(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
    return client


def with_session(user, **options):
    client = APIClient(**options)
    client.force_login(user)
    return client


def inactive_staff():
    return User.objects.create_user("gone", is_staff=True, is_active=False)


def customer():
    return User.objects.create_user("customer", account=Account.objects.first())


def session_that_outlived_its_user():
    user = User.objects.create_user("gone", is_staff=True)
    client = with_session(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return client


def session_of_a_former_operator():
    user = User.objects.create_user("moved", is_staff=True)
    client = with_session(user)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    return client


OUTSIDERS = {
    "anonymous": (APIClient, 401),
    "customer session": (lambda: with_session(customer()), 403),
    "customer token": (lambda: with_token(customer()), 403),
    "former operator": (session_of_a_former_operator, 403),
    "inactive staff session": (session_that_outlived_its_user, 401),
    "inactive staff token": (lambda: with_token(inactive_staff()), 401),
}
OPERATORS = {
    "operator session": lambda: with_session(User.objects.create_user("eve", is_staff=True)),
    "operator token": lambda: with_token(User.objects.create_user("eve", is_staff=True)),
}


def charge(operation, *, index, account=None):
    CreditService.deduct_credits_for_operation(
        account=account or Account.objects.order_by("pk").first(),
        operation_type=operation,
        model="gpt-5.1",
        usage=Usage(tokens_input=2_900, tokens_output=100),
        operation_id=f"test:{operation}:{index}",
    )


def url_of(route, signature="0123456789ab"):
    if route == "nowhere":
        return f"{API}no/such/place"
    known = {"name": CREDITS, "signature": signature}
    names = ROUTES[route].pattern.converters
    return reverse(f"migration-api:{route}", kwargs={name: known[name] for name in names})


def flag_url(name=CREDITS):
    return reverse("migration-api:flag", args=[name])


def send(client, method, url, body=None):
    """Send a request whose Accept header nothing here can meet: that must not come before who is asking."""
    return getattr(client, method)(url, {} if body is None else body, format="json", HTTP_ACCEPT="image/png")


def error_of(response):
    found = response.json()
    assert (found["success"], found["data"]) == (False, None)
    return found["error"]


class TestAccess:
    """Every method of every address that is routed, so that a new endpoint cannot be forgotten."""

    @pytest.mark.parametrize("route", ROUTES)
    @pytest.mark.parametrize("outsider", OUTSIDERS)
    def test_is_refused_to_outsiders(self, signature, route, outsider):
        make, expected = OUTSIDERS[outsider]
        client, events = make(), AuditEvent.objects.count()
        for method in METHODS:
            response = send(client, method, url_of(route, signature), {"everyone": True} if method == "patch" else None)
            assert (method, response.status_code) == (method, expected)
            if method != "head":
                assert error_of(response)["code"] in ("not_authenticated", "authentication_failed", "permission_denied")
        assert AuditEvent.objects.count() == events

    @pytest.mark.parametrize("route", [route for route in ROUTES if route != "nowhere"])
    @pytest.mark.parametrize("role", OPERATORS)
    def test_is_granted_to_operators(self, signature, route, role):
        client, view = OPERATORS[role](), ROUTES[route].callback.view_class
        for method in ("get", "post", "put", "patch", "delete"):
            response = send(client, method, url_of(route, signature))
            allowed = (200, 400) if hasattr(view, method) else (405,)
            assert response.status_code in allowed, (method, response.content)
            if hasattr(view, method) and method == "get":
                assert response.status_code == 200

    def test_with_an_unknown_token_is_refused(self, demo):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION="Token nobody")
        response = client.get(f"{API}status/")
        assert (response.status_code, response["WWW-Authenticate"]) == (401, "Token")

    def test_with_a_session_needs_the_csrf_token_to_write(self, demo):
        client = with_session(User.objects.create_user("ada", is_staff=True), enforce_csrf_checks=True)
        for url, method in ((flag_url(), "patch"), (f"{API}rollback/", "post"), (f"{flag_url()}rollback/", "post")):
            response = send(client, method, url, {"everyone": True} if method == "patch" else None)
            assert (response.status_code, "CSRF" in response.json()["message"]) == (403, True)
        client.get("/admin/login/?next=/")
        client.cookies["csrftoken"] = "a" * 32
        assert client.post(f"{API}rollback/", {}, format="json", HTTP_X_CSRFTOKEN="a" * 32).status_code == 200

    def test_with_a_token_needs_no_csrf_token(self, demo):
        user = User.objects.create_user("ada", is_staff=True)
        client = APIClient(enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"Token {Token.objects.create(user=user).key}")
        assert client.post(f"{API}rollback/", {}, format="json").status_code == 200

    def test_is_given_by_the_command_that_makes_a_token(self, demo, capsys):
        User.objects.create_user("ada", is_staff=True)
        call_command("drf_create_token", "ada")
        (key,) = re.findall(r"token (\w{40}) for user ada", capsys.readouterr().out)
        assert APIClient(HTTP_AUTHORIZATION=f"Token {key}").get(f"{API}status/").status_code == 200

    def test_shows_nobody_the_tokens_of_others(self, client, demo):
        client.force_login(User.objects.create_superuser("root"))
        assert client.get("/admin/authtoken/tokenproxy/").status_code == 404


class TestEveryAnswer:
    @pytest.mark.parametrize("route", [route for route in ROUTES if route not in ("schema", "docs")])
    def test_carries_the_request_id_and_stays_in_no_cache(self, operator, signature, route):
        response = operator.get(url_of(route, signature))
        assert response.json()["request_id"] == response["X-Request-ID"]
        assert "no-store" in response["Cache-Control"]

    @pytest.mark.parametrize("route", [route for route in ROUTES if route != "docs"])
    def test_is_json_whatever_the_client_accepts(self, operator, signature, route):
        response = operator.get(url_of(route, signature), HTTP_ACCEPT="text/html")
        assert response.status_code in (200, 404, 405)
        assert response["Content-Type"].startswith("application/json")

    def test_shows_no_key(self, operator, signature, wrong_key):
        assert {d.seam for d in queries.discrepancies()} == {"credits.text", "keys.provider_key"}
        for route in ROUTES:
            for found in queries.discrepancies():
                text = operator.get(url_of(route, found.signature)).content.decode()
                assert [key for key in DEMO_KEYS.values() if key in text] == [], route

    def test_to_a_question_with_an_unknown_parameter_is_a_refusal(self, operator):
        for route in ("audit", "status", "flags"):
            response = operator.get(url_of(route), {"flg": CREDITS})
            assert (response.status_code, list(error_of(response)["fields"])) == (400, ["flg"])

    def test_below_the_api_is_in_the_envelope_and_no_redirect(self, operator):
        response = operator.post(f"{API}rollback")
        assert (response.status_code, error_of(response)["code"]) == (404, "not_found")
        assert "end with a slash" in response.json()["message"]


class TestErrors:
    def test_that_nobody_expected_say_nothing_of_the_inside(self, operator, monkeypatch, capfd):
        def fail():
            raise RuntimeError("password=hunter2")

        monkeypatch.setattr(queries, "status", fail)
        response = operator.get(f"{API}status/")
        assert (response.status_code, error_of(response)["code"]) == (500, "internal_error")
        assert "hunter2" not in response.content.decode()
        assert response.json()["request_id"] == response["X-Request-ID"]

    def test_that_are_new_are_wrong_requests_until_the_table_says_otherwise(self):
        class Odd(HarnessError): ...

        class UnknownOldFlag(UnknownFlag): ...

        assert (errors.status_of(Odd), errors.status_of(UnknownOldFlag)) == (400, 404)
        assert errors.code_of(UnknownOldFlag) == "unknown_old_flag"

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [(b"{", "application/json", 400), (b"[1]", "application/json", 400), (b"null", "application/json", 400),
         (b"to_off=true", "application/x-www-form-urlencoded", 415)],
        ids=["broken", "list", "null", "form"],
    )  # fmt: skip
    def test_in_the_form_of_a_body_change_nothing(self, operator, body, content_type, status):
        events = AuditEvent.objects.count()
        assert operator.generic("POST", f"{API}rollback/", body, content_type=content_type).status_code == status
        assert AuditEvent.objects.count() == events


class TestStatus:
    def test_is_the_contract_of_the_command(self, operator, signature):
        response = operator.get(f"{API}status/")
        assert response.json()["data"] == json.loads(json.dumps(queries.status()))


class TestFlags:
    def test_are_listed_as_the_queries_have_them(self, operator):
        found = operator.get(f"{API}flags/").json()
        assert (found["count"], found["next"], found["previous"]) == (len(PLAN.flags), None, None)
        assert [flag["name"] for flag in found["results"]] == [flag.name for flag in queries.flag_statuses()]

    def test_leave_no_field_out(self):
        assert set(flag_answers.FlagAnswer().fields) == {field.name for field in fields(queries.FlagStatus)}

    def test_say_how_many_accounts_are_on_the_candidate(self, operator, account):
        change = FlagChange(account_id=str(account.pk), membership="on")
        change_flag(name=CREDITS, change=change, actor="bob")
        found = operator.get(flag_url()).json()["data"]
        assert (found["name"], found["included"], found["on_candidate"], found["accounts"]) == (CREDITS, 1, 1, 12)

    @pytest.mark.parametrize("name", ["typo", "a%20b", "%00", "💥"])
    @pytest.mark.parametrize(("method", "suffix"), [("get", ""), ("patch", ""), ("post", "rollback/")])
    def test_that_do_not_exist_are_not_found(self, operator, name, method, suffix):
        response = send(operator, method, f"{API}flags/{name}/{suffix}")
        assert (response.status_code, error_of(response)["code"]) == (404, "unknown_flag")


class TestChange:
    def test_names_the_user_in_the_audit_trail(self, operator):
        response = operator.patch(flag_url(), {"share_percent": 5, "reason": "begin"}, format="json")
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.reason, event.subject) == ("ada", "begin", CREDITS)
        assert response.json()["data"]["epoch"] == event.evidence["epoch"]

    def test_says_what_was_and_is_and_who_is_affected(self, operator):
        data = operator.patch(flag_url(), {"everyone": True}, format="json").json()["data"]
        assert (data["before"]["everyone"], data["after"]["everyone"], data["changed"]) == (None, True, True)
        assert (data["joined"], data["left"], data["on_candidate"], data["accounts"]) == (12, 0, 12, 12)
        assert data["proof"]["holds"] is True

    @pytest.mark.parametrize(
        ("percent", "bps"), [(5, 500), ("2.50", 250), (0.01, 1), (100, 10_000), (0, 0), (0.29, 29), (1.13, 113)]
    )
    def test_of_a_share_is_exact(self, operator, percent, bps):
        operator.patch(flag_url(), {"share_percent": 50, "compared_percent": 50}, format="json")
        body = {"share_percent": percent, "compared_percent": percent}
        assert operator.patch(flag_url(), body, format="json").status_code == 200
        flag = load_snapshot().flags[CREDITS]
        assert (flag.share_bps, flag.compared_bps) == (bps, bps)

    def test_leaves_alone_what_is_not_named(self, operator):
        roll_back(name=CREDITS, actor="bob")
        operator.patch(flag_url(), {"share_percent": 5}, format="json")
        flag = load_snapshot().flags[CREDITS]
        assert (flag.everyone, flag.share_bps, flag.baseline) == (False, 500, Stage.SHADOW)

    @pytest.mark.parametrize("by", ["name", "pk"])
    @pytest.mark.parametrize(("membership", "joined"), [("on", 1), ("off", 0), ("inherit", 0)])
    def test_moves_one_account(self, operator, account, by, membership, joined):
        body = {"account": getattr(account, by), "membership": membership, "reason": "pilot"}
        data = operator.patch(flag_url(), body, format="json").json()["data"]
        assert (data["after"][f"account {account.pk}"], data["joined"]) == (membership, joined)

    def test_to_the_same_is_none(self, operator):
        found = operator.patch(flag_url(), {"baseline": "shadow"}, format="json").json()
        assert (found["data"]["changed"], found["data"]["undo"]) == (False, {})
        assert "is as it was" in found["message"]

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({"share_precent": 5}, "share_precent"),
            ({"everyone": True, "Reason": "x"}, "Reason"),
            ({"share_bps": 5}, "share_bps"),
            ({"stage": "shadow"}, "stage"),
            ({"stage": "ramp"}, "stage"),
            ({"stage": None}, "stage"),
            ({"baseline": "live"}, "baseline"),
            ({"everyone": "no"}, "everyone"),
            ({"everyone": 0}, "everyone"),
            ({"everyone": ""}, "everyone"),
            ({"share_percent": 101}, "share_percent"),
            ({"share_percent": -1}, "share_percent"),
            ({"share_percent": 1.005}, "share_percent"),
            ({"share_percent": True}, "share_percent"),
            ({"share_percent": "NaN"}, "share_percent"),
            ({"share_percent": None}, "share_percent"),
            ({"account": "1"}, "membership"),
            ({"membership": "on"}, "account"),
            ({"account": "1", "membership": "yes"}, "membership"),
            ({"account": "a\x00b", "membership": "on"}, "account"),
            ({"everyone": True, "reason": "\x00"}, "reason"),
        ],
        ids=str,
    )
    def test_that_is_nonsense_is_refused_and_the_field_named(self, operator, body, wrong):
        events = AuditEvent.objects.count()
        response = operator.patch(flag_url(), body, format="json")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong]), response.content
        assert AuditEvent.objects.count() == events

    @pytest.mark.parametrize("body", [{}, {"reason": "only"}], ids=["empty", "reason alone"])
    def test_of_nothing_is_refused(self, operator, body):
        response = operator.patch(flag_url(), body, format="json")
        assert (response.status_code, response.json()["message"]) == (400, "Say what to change.")

    def test_that_claims_to_be_a_form_changes_nothing(self, operator):
        roll_back(name=CREDITS, actor="bob")
        response = operator.generic("PATCH", flag_url(), b"", content_type="application/x-www-form-urlencoded")
        assert (response.status_code, load_snapshot().flags[CREDITS].everyone) == (400, False)

    def test_of_an_account_that_does_not_exist_is_not_found(self, operator):
        response = operator.patch(flag_url(), {"account": "Nobody", "membership": "on"}, format="json")
        assert (response.status_code, error_of(response)["code"]) == (404, "unknown_account")

    @pytest.mark.parametrize(
        "body",
        [
            {"stage": "rampdown", "baseline": "off", "everyone": True, "share_percent": "12.34"},
            {"compared_percent": 1},
            {"account": "Cedar Clinic", "membership": "off"},
        ],
        ids=str,
    )
    def test_is_undone_by_what_the_answer_says(self, operator, body):
        before = load_snapshot().flags[CREDITS]
        undo = operator.patch(flag_url(), body, format="json").json()["data"]["undo"]
        assert operator.patch(flag_url(), undo, format="json").status_code == 200
        after = load_snapshot().flags[CREDITS]
        assert [
            name for name in ("stage", "baseline", "everyone", "share_bps", "compared_bps", "included", "excluded")
            if getattr(before, name) != getattr(after, name)
        ] == []  # fmt: skip


class TestRollback:
    def test_takes_everyone_back_and_needs_no_body(self, operator):
        change_flag(name=CREDITS, change=FlagChange(everyone=True), actor="bob")
        found = operator.post(f"{flag_url()}rollback/").json()
        assert (found["data"]["left"], found["data"]["undo"]) == (12, {"everyone": True})
        assert load_snapshot().flags[CREDITS].everyone is False
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action) == ("ada", "roll back")

    def test_to_off_stops_comparing_as_well(self, operator):
        body = {"to_off": True, "reason": "too slow"}
        data = operator.post(f"{flag_url()}rollback/", body, format="json").json()["data"]
        assert data["undo"] == {"baseline": "shadow", "everyone": None}
        assert load_snapshot().flags[CREDITS].baseline is Stage.OFF
        assert AuditEvent.objects.latest("id").reason == "too slow"

    def test_of_all_takes_every_flag(self, operator):
        data = operator.post(f"{API}rollback/", {"to_off": True}, format="json").json()["data"]
        assert [flag["flag"] for flag in data["flags"]] == [flag.name for flag in queries.flag_statuses()]
        flags = load_snapshot().flags.values()
        assert {(flag.everyone, flag.baseline) for flag in flags} == {(False, Stage.OFF)}
        assert set(AuditEvent.objects.filter(action="roll back").values_list("actor", flat=True)) == {"ada"}

    @pytest.mark.parametrize("url", [f"{API}rollback/", f"{API}flags/{CREDITS}/rollback/"], ids=["all", "one"])
    @pytest.mark.parametrize(
        ("body", "wrong"),
        [({"to": "off"}, "to"), ({"to_off": "true"}, "to_off"), ({"to_off": None}, "to_off")],
        ids=str,
    )
    def test_with_a_typo_is_refused(self, operator, url, body, wrong):
        response = operator.post(url, body, format="json")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])

    def test_that_a_process_does_not_obey_is_no_success(self, operator, monkeypatch):
        late = Process(host="web-1", pid=7, role="web")
        proof = Proof(epoch=9, acknowledged=(), fenced=(), late=(late,), waited_ms=5_000.0)
        original = rollback.roll_back
        monkeypatch.setattr(
            "dashboards.api.flag_views.roll_back",
            lambda **how: ProvenFlip(flips=original(**how).flips, proof=proof),
        )
        response = operator.post(f"{flag_url()}rollback/")
        found = response.json()
        assert (response.status_code, found["success"], found["error"]["code"]) == (504, False, "not_acknowledged")
        assert (found["data"]["after"]["everyone"], found["data"]["proof"]["late"]) == (False, [str(late)])
        assert str(late) in found["message"]


class TestDiscrepancies:
    def test_lists_what_needs_a_review(self, operator, signature):
        found = operator.get(f"{API}discrepancies/").json()
        (row,) = found["results"]
        assert (row["signature"], row["state"], row["group"]) == (signature, "open", ["clustering", "gpt-5.1"])
        assert (row["control_sum"], row["candidate_sum"], row["paths"]) == ("20", "5", ["credits"])

    def test_leaves_out_what_is_explained_unless_it_is_asked_for(self, operator):
        charge("clustering", index=0)
        counts = [
            operator.get(f"{API}discrepancies/", query).json()["count"]
            for query in ({}, {"all": "true"}, {"all": "false"}, {"state": "explained"}, {"state": "open"})
        ]
        assert counts == [0, 1, 0, 1, 0]

    @pytest.mark.parametrize(
        ("query", "wrong"),
        [
            ({"state": "closed"}, "state"),
            ({"all": "true", "state": "open"}, "all"),
            ({"page_size": 100_000}, "page_size"),
            ({"page": "first"}, "page"),
        ],
        ids=str,
    )
    def test_refuses_a_question_without_an_answer(self, operator, query, wrong):
        response = operator.get(f"{API}discrepancies/", query)
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])

    def test_shows_one_with_both_values(self, operator, signature):
        found = operator.get(url_of("discrepancy", signature)).json()["data"]
        (sample,) = found["samples"]
        assert sample["payload"]["differences"] == [{"path": "credits", "kind": "value", "control": 20, "candidate": 5}]
        assert (sample["payload"]["expected"], found["count"]) == (3, 1)

    @pytest.mark.parametrize(("method", "suffix"), [("get", ""), ("post", "review/")])
    def test_that_do_not_exist_are_not_found(self, operator, method, suffix):
        response = send(operator, method, f"{API}discrepancies/nothing/{suffix}")
        assert (response.status_code, error_of(response)["code"]) == (404, "unknown_discrepancy")

    @pytest.mark.parametrize("state", ["acknowledged", "fixed", "open"])
    def test_are_reviewed_by_the_user_with_a_reason(self, operator, signature, state):
        body = {"state": state, "reason": "price corrected"}
        found = operator.post(url_of("review", signature), body, format="json").json()["data"]
        assert found == {"signature": signature, "before": "open", "after": state}
        review = DiscrepancyReview.objects.get()
        assert (review.actor, review.reason, review.state) == ("ada", "price corrected", state)

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [({"state": "fixed"}, "reason"), ({"state": "fixed", "reason": " "}, "reason"), ({"reason": "x"}, "state"),
         ({"state": "explained", "reason": "x"}, "state"), ({"state": "fixed", "reason": "x", "by": "bob"}, "by")],
        ids=str,
    )  # fmt: skip
    def test_are_not_reviewed_without(self, operator, signature, body, wrong):
        response = operator.post(url_of("review", signature), body, format="json")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])
        assert DiscrepancyReview.objects.count() == 0


class TestAudit:
    def test_lists_who_did_what_newest_first_a_page_at_a_time(self, operator):
        for share in range(1, 6):
            operator.patch(flag_url(), {"share_percent": share}, format="json")
        seen, url = [], f"{API}audit/?flag={CREDITS}&page_size=2"
        while url:
            found = operator.get(url).json()
            seen += [event["after"].get("share_bps") for event in found["results"]]
            url = found["next"]
        assert seen == [500, 400, 300, 200, 100, 0]
        assert (found["count"], found["success"]) == (6, True)

    def test_past_the_last_page_is_not_found(self, operator):
        assert error_of(operator.get(f"{API}audit/?page=99"))["code"] == "not_found"

    def test_verifies(self, operator):
        data = operator.get(f"{API}audit/verify/").json()["data"]
        assert data == {"events": AuditEvent.objects.count(), "intact": True}

    def test_that_was_tampered_with_is_an_error(self, operator, monkeypatch):
        monkeypatch.setattr("migration_harness.audit.hash_of", lambda event: "0" * 64)
        response = operator.get(f"{API}audit/verify/")
        assert (response.status_code, error_of(response)["code"]) == (409, "audit_tampered")


class TestThrottle:
    @pytest.fixture
    def twice_a_minute(self, monkeypatch):
        monkeypatch.setattr(ReadThrottle, "THROTTLE_RATES", {"operator_reads": "2/minute"})

    def test_holds_reads_up_and_says_how_long(self, operator, twice_a_minute):
        statuses = [operator.get(f"{API}flags/").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        response = operator.get(f"{API}flags/")
        assert (error_of(response)["code"], int(response["Retry-After"]) > 0) == ("throttled", True)

    def test_never_holds_up_a_write(self, operator, twice_a_minute):
        assert {operator.post(f"{API}rollback/").status_code for _ in range(4)} == {200}

    def test_lets_everything_pass_without_a_cache(self, operator, twice_a_minute, monkeypatch):
        class Down:
            def get(self, *args):
                raise ConnectionError

        monkeypatch.setattr(ReadThrottle, "cache", Down())
        assert {operator.get(f"{API}flags/").status_code for _ in range(4)} == {200}


class TestQueries:
    """Lists cost the same number of queries, whatever is in them."""

    @pytest.fixture
    def queries_of(self, operator):
        def count(url):
            with CaptureQueriesContext(connection) as captured:
                assert operator.get(url).status_code == 200
            return len(captured)

        return count

    @pytest.mark.parametrize("route", LISTS)
    def test_do_not_grow(self, queries_of, operator, signature, route):
        url = f"{url_of(route)}?page_size=200"
        few = queries_of(url)
        for index, operation in enumerate(("idea_generation", "content_generation", "internal_linking")):
            for account in Account.objects.all():
                charge(operation, index=f"{index}:{account.pk}", account=account)
                change_flag(
                    name=CREDITS,
                    change=FlagChange(account_id=str(account.pk), membership=["on", "off"][index % 2]),
                    actor="b",
                )
        for found in queries.discrepancies():
            operator.post(url_of("review", found.signature), {"state": "open", "reason": "x"}, format="json")
        assert queries_of(url) == few


class TestSchema:
    @pytest.fixture
    def schema(self, operator):
        return operator.get(f"{API}schema/").json()

    def test_has_every_endpoint_and_no_other(self, schema):
        described = {(path, method.upper()) for path, methods in schema["paths"].items() for method in methods}
        routed = {
            (re.sub(r"<\w+:(\w+)>", r"{\1}", f"{API}{pattern.pattern}"), method.upper())
            for name, pattern in ROUTES.items() if name not in ("docs", "nowhere")
            for method in METHODS if method not in ("head", "options") and hasattr(pattern.callback.view_class, method)
        }  # fmt: skip
        assert described == routed

    def test_holds_and_has_no_gap(self, db):
        call_command(
            "spectacular", "--validate", "--fail-on-warn", "--file=/dev/null",
            "--generator-class=dashboards.api.schema.OperatorSchema",
        )  # fmt: skip

    def test_describes_the_answers_as_they_are(self, schema, operator, signature):
        components = schema["components"]["schemas"]
        for route, name in (
            ("status", "StatusEnvelope"), ("flag", "FlagAndCohortEnvelope"), ("flags", "FlagPage"),
            ("discrepancy", "DiscrepancyAndSamplesEnvelope"), ("audit", "AuditEventPage"),
        ):  # fmt: skip
            found = operator.get(url_of(route, signature)).json()
            assert set(found) <= set(components[name]["properties"])
            if "data" in found:
                data = components[components[name]["properties"]["data"]["$ref"].rsplit("/", 1)[-1]]
                assert set(found["data"]) == set(data["properties"])

    def test_of_a_flip_knows_the_stages(self, schema):
        components = schema["components"]["schemas"]
        named = {*components["StageEnum"]["enum"], *components["BaselineEnum"]["enum"]}
        assert named == {stage.value for stage in Stage}

    def test_is_shown_on_a_page_that_needs_no_other_server(self, operator):
        html = operator.get(f"{API}docs/").content.decode()
        found = re.findall(r"(?:src|href)=\"([^\"]+)\"", html)
        assert len(found) >= 3
        assert [url for url in found if not url.startswith(f"/{settings.STATIC_URL.strip('/')}/")] == []
        assert '"validatorUrl": null' in html

    def test_can_be_tried_on_the_page_only_where_it_reads(self, operator):
        html = operator.get(f"{API}docs/").content.decode()
        assert re.search(r'"supportedSubmitMethods": \[\s*"get"\s*\]', html)
