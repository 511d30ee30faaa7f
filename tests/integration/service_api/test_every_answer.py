"""What holds for every endpoint of the service's API."""

import json
import time
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from freezegun import freeze_time
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from igny8_core.api import throttles
from igny8_core.api.base import ServiceEndpoint
from igny8_core.api.envelope import EnvelopeRenderer
from igny8_core.api.throttles import AccountThrottle
from igny8_core.auth.models import Site, User
from tests.integration.bodies import UNREADABLE

from .clients import API, error_of, user_of, with_session, with_token

SITES = f"{API}accounts/sites/"
UNBOUNDED = 10**30


def short(value):
    """Return the name of a parameter."""
    return str(value)[:22]


def send_json(client, url, text, *, method="post", content_type="application/json"):
    body = text if isinstance(text, bytes) else text.encode()
    return client.generic(method.upper(), url, body, content_type=content_type)


class TestAccess:
    def test_needs_a_token_or_a_session(self, client, db):
        response = client.get(SITES)
        assert (response.status_code, error_of(response)["code"]) == (401, "not_authenticated")
        assert response["WWW-Authenticate"] == "Bearer"

    def test_is_refused_with_an_unknown_token(self, client, db):
        response = client.get(SITES, headers={"Authorization": "Token nobody"})
        assert (response.status_code, error_of(response)["code"]) == (401, "authentication_failed")

    def test_is_refused_to_an_operator_who_is_told_where_to_go(self, operator):
        response = operator.get(SITES)
        assert (response.status_code, "/api/v1/migration/" in response.json()["message"]) == (403, True)

    def test_is_refused_to_an_inactive_user(self, account):
        client = with_token(user_of(account))
        User.objects.update(is_active=False)
        assert client.get(SITES).status_code == 401

    def test_is_granted_by_a_session(self, account):
        assert with_session(user_of(account)).get(SITES).status_code == 200

    def test_with_a_session_needs_the_csrf_token_to_write(self, account):
        client = with_session(user_of(account), enforce_csrf_checks=True)
        response = client.post(SITES, {"name": "Shop"}, format="json")
        assert (response.status_code, "CSRF" in response.json()["message"]) == (403, True)
        client.cookies["csrftoken"] = "a" * 32
        assert client.post(SITES, {"name": "Shop"}, format="json", HTTP_X_CSRFTOKEN="a" * 32).status_code == 201

    def test_with_a_token_needs_no_csrf_token(self, account):
        client = with_token(user_of(account), enforce_csrf_checks=True)
        assert client.post(SITES, {"name": "Shop"}, format="json").status_code == 201


class TestEveryAnswer:
    @pytest.mark.parametrize("path", ["accounts/me/", "accounts/sites/", "billing/balance/", "no/such/place"])
    def test_has_the_request_id_and_stays_in_no_cache(self, customer, path):
        response = customer.get(f"{API}{path}")
        assert response.json()["request_id"] == response["X-Request-ID"]
        assert set(response["Cache-Control"].split(", ")) == {"private", "no-store"}

    def test_is_json_whatever_the_client_accepts(self, customer):
        for accept in ("text/html", "image/png", "application/json; version=9", "nonsense"):
            response = customer.get(SITES, HTTP_ACCEPT=accept)
            assert (response.status_code, response["Content-Type"]) == (200, "application/json")

    def test_of_an_endpoint_with_a_field_named_success_is_in_the_envelope_too(self):
        rendered = json.loads(EnvelopeRenderer().render({"success": "of what was asked"}))
        assert rendered == {"success": True, "data": {"success": "of what was asked"}, "request_id": ""}

    def test_keeps_what_an_endpoint_said_about_caches(self, account):
        class Kept(ServiceEndpoint):
            permission_classes = ()

            def get(self, request):
                from rest_framework.response import Response

                return Response({}, headers={"Cache-Control": "private, no-cache"})

        assert Kept.as_view()(RequestFactory().get("/"))["Cache-Control"] == "private, no-cache"


class TestAddress:
    @pytest.mark.covering
    @pytest.mark.parametrize(
        "path", ["", "nothing", "nothing/", "accounts/sites", "accounts/sites/x/", "%00/", "a/b/c"]
    )
    @pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
    def test_that_nothing_has_is_not_found(self, customer, path, method):
        response = getattr(customer, method)(f"{API}{path}")
        assert (response.status_code, error_of(response)["code"]) == (404, "not_found")

    @pytest.mark.covering
    @pytest.mark.parametrize("pk", [0, 2**31, 2**63 - 1, 2**63, UNBOUNDED, "9" * 4_000, "9" * 6_000], ids=short)
    @pytest.mark.parametrize("method", ["get", "patch", "delete"])
    def test_of_a_row_beyond_every_number_is_not_found(self, customer, pk, method):
        assert getattr(customer, method)(f"{SITES}{pk}/").status_code == 404

    def test_of_the_operators_is_theirs(self, customer, operator):
        assert customer.get(f"{API}migration/no/such/place").status_code == 403
        assert operator.get(f"{API}migration/no/such/place").status_code == 404

    @pytest.mark.parametrize("method", ["put", "options", "trace", "purge"])
    def test_without_this_method_says_so(self, customer, method):
        response = customer.generic(method.upper(), SITES)
        assert (response.status_code, error_of(response)["code"]) == (405, "method_not_allowed")
        assert response["Allow"] == "GET, POST, HEAD"


class TestBody:
    @pytest.mark.parametrize("text", ["", *UNREADABLE], ids=lambda text: repr(text[:20]))
    def test_that_cannot_be_read_or_kept_is_refused(self, customer, text):
        response = send_json(customer, SITES, text)
        assert (response.status_code, error_of(response)["code"]) == (
            400,
            "parse_error" if text else "invalid",
        )
        assert Site.objects.count() == 1

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
    @pytest.mark.parametrize("text", ["", "name=Shop"])
    def test_of_another_type_is_refused(self, customer, content_type, text):
        response = send_json(customer, SITES, text, content_type=content_type)
        assert (response.status_code, error_of(response)["code"]) == (415, "unsupported_media_type")

    def test_that_is_too_large_is_refused(self, customer, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        assert send_json(customer, SITES, '{"name": "%s"}' % ("x" * 85)).status_code == 201
        response = send_json(customer, SITES, '{"name": "%s"}' % ("x" * 99))
        assert (response.status_code, error_of(response)["code"]) == (413, "body_too_large")

    def test_with_a_misspelt_field_changes_nothing(self, customer, account):
        site = account.sites.get()
        response = customer.patch(f"{SITES}{site.pk}/", {"domian": "example.com"}, format="json")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, ["domian"])


class TestQuery:
    @pytest.mark.parametrize("query", ["model=%00", "%00=1", "operation=%00"])
    def test_with_a_nul_is_refused(self, customer, query):
        response = customer.get(f"{API}billing/usage/?{query}")
        assert (response.status_code, error_of(response)["code"]) == (400, "invalid")

    def test_with_a_misspelt_name_is_refused(self, customer):
        response = customer.get(f"{API}billing/usage/?operatoin=clustering")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, ["operatoin"])

    def test_with_too_many_names_is_refused(self, customer, settings):
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
        assert customer.get(f"{SITES}?a=1&b=2&c=3&d=4").status_code == 400

    @pytest.mark.parametrize("page", [2, UNBOUNDED, "last-but-one", "9" * 5_000], ids=short)
    def test_of_a_page_that_does_not_exist_is_not_found(self, customer, page):
        assert customer.get(f"{SITES}?page={page}").status_code == 404


class TestDatabase:
    """What only the database can judge is a wrong request, not a fault of the service."""

    @pytest.fixture
    def answer(self, rf):
        def to(view):
            class Trial(ServiceEndpoint):
                permission_classes = ()

                def post(self, request):
                    with transaction.atomic():
                        view()

            response = Trial.as_view()(rf.generic("POST", "/", content_type=""))
            response.render()
            return response.status_code, json.loads(response.content)["error"]["code"]

        return to

    def test_refuses_a_second_row_of_a_race(self, answer, account):
        assert answer(lambda: account.sites.create(name=account.sites.get().name)) == (409, "conflict")

    def test_refuses_a_number_beyond_its_column(self, answer, account):
        with connection.cursor() as cursor:
            assert answer(lambda: cursor.execute("SELECT %s::int", [2**40])) == (400, "invalid")

    def test_refuses_a_nul(self, answer, account):
        assert answer(lambda: Site.objects.create(account=account, name="a\x00b")) == (400, "invalid")

    def test_refuses_what_others_need(self, answer, account):
        assert answer(account.plan.delete) == (409, "conflict")

    def test_that_breaks_is_a_fault_without_a_word_about_the_inside(self, rf, db, caplog):
        class Broken(ServiceEndpoint):
            permission_classes = ()

            def get(self, request):
                raise RuntimeError("secret inside")

        response = Broken.as_view()(rf.get("/"))
        response.render()
        assert response.status_code == 500
        assert b"secret" not in response.content


class TestThrottle:
    @pytest.fixture
    def twice_a_minute(self, monkeypatch):
        monkeypatch.setattr(
            AccountThrottle, "THROTTLE_RATES", {"reads": "2/minute", "writes": "2/minute", "ai": "1/minute"}
        )

    def test_holds_an_account_up_and_says_how_long(self, customer, account, twice_a_minute):
        colleague = with_token(user_of(account, "colleague"))
        statuses = [client.get(SITES).status_code for client in (customer, colleague, customer)]
        assert statuses == [200, 200, 429]
        response = colleague.get(SITES)
        assert (error_of(response)["code"], int(response["Retry-After"]) > 0) == ("throttled", True)

    def test_holds_up_nobody_else(self, customer, neighbour, twice_a_minute):
        assert [customer.get(SITES).status_code for _ in range(3)][-1] == 429
        assert neighbour.get(SITES).status_code == 200

    def test_counts_writes_apart(self, customer, twice_a_minute):
        assert [customer.get(SITES).status_code for _ in range(3)][-1] == 429
        assert [customer.post(SITES).status_code for _ in range(3)] == [400, 400, 429]

    def test_counts_ai_actions_apart(self, rf, account, twice_a_minute):
        request = Request(rf.post("/"))
        request.user = SimpleNamespace(account_id=account.pk)
        action = SimpleNamespace(throttle_scope=throttles.AI)
        assert [AccountThrottle().allow_request(request, action) for _ in range(2)] == [True, False]
        assert AccountThrottle().allow_request(request, ServiceEndpoint()) is True

    def test_counts_while_a_test_holds_the_clock(self, rf, account, twice_a_minute, monkeypatch):
        """REST framework keeps the clock that it finds at its import, which a test may have frozen by then."""
        request = Request(rf.get("/"))
        request.user = SimpleNamespace(account_id=account.pk)
        with freeze_time("2026-11-30 12:00:00") as clock:
            monkeypatch.setattr(SimpleRateThrottle, "timer", time.time)
            assert [AccountThrottle().allow_request(request, ServiceEndpoint()) for _ in range(3)] == [
                True,
                True,
                False,
            ]
            clock.tick(61)
            assert AccountThrottle().allow_request(request, ServiceEndpoint()) is True

    def test_lets_everything_pass_without_a_cache(self, customer, twice_a_minute, monkeypatch):
        class Down:
            def get(self, *args):
                raise ConnectionError

        monkeypatch.setattr(AccountThrottle, "cache", Down())
        assert {customer.get(SITES).status_code for _ in range(4)} == {200}
