"""What holds for every answer."""

import pytest

from dashboards.api import errors
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.exceptions import HarnessError, UnknownFlag
from migration_harness.models import AuditEvent
from tests.integration.bodies import UNREADABLE
from tests.integration.one_after_another import one_after_another
from tests.trial_flag import FLAG

from .clients import API, ROUTES, error_of, url_of


class TestEveryAnswer:
    def test_carries_the_request_id_and_stays_in_no_cache(self, operator, signature):
        for route in one_after_another([route for route in ROUTES if route not in ("schema", "docs")]):
            response = operator.get(url_of(route, signature))
            assert response.json()["request_id"] == response["X-Request-ID"], route
            assert "no-store" in response["Cache-Control"], route

    def test_is_json_whatever_the_client_accepts(self, operator, signature):
        for route in one_after_another([route for route in ROUTES if route != "docs"]):
            response = operator.get(url_of(route, signature), HTTP_ACCEPT="text/html")
            assert response.status_code in (200, 404, 405, 409), route
            assert response["Content-Type"].startswith("application/json"), route

    @pytest.mark.legacy
    def test_shows_no_key(self, operator, wrong_key):
        assert {d.seam for d in queries.discrepancies()} == {"keys.provider_key"}
        for route in ROUTES:
            for found in queries.discrepancies():
                text = operator.get(url_of(route, found.signature)).content.decode()
                assert [key for key in DEMO_KEYS.values() if key in text] == [], route

    def test_to_a_question_with_an_unknown_parameter_is_a_refusal(self, operator):
        for route in ("audit", "status", "flags"):
            response = operator.get(url_of(route), {"flg": FLAG})
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
        assert UnknownOldFlag.code() == "unknown_old_flag"

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

    @pytest.mark.covering
    @pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: repr(text[:20]))
    @pytest.mark.parametrize("path", ["rollback/", f"flags/{FLAG}/"])
    def test_in_a_body_that_nobody_can_read_or_keep_change_nothing(self, operator, trial_flag, path, text):
        events = AuditEvent.objects.count()
        method = "POST" if "rollback" in path else "PATCH"
        response = operator.generic(method, f"{API}{path}", text, content_type="application/json")
        assert (response.status_code, error_of(response)["code"]) == (400, "parse_error")
        assert AuditEvent.objects.count() == events

    def test_in_a_body_that_is_too_large_change_nothing(self, operator, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        response = operator.post(f"{API}rollback/", {"reason": "x" * 100}, format="json")
        assert (response.status_code, error_of(response)["code"]) == (413, "body_too_large")

    def test_in_more_names_than_anybody_asks_for_are_a_wrong_request(self, operator, settings):
        settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
        assert operator.get(f"{API}flags/?a=1&b=2&c=3&d=4").status_code == 400

    @pytest.mark.parametrize("query", ["page=%00", "%00=1", "flag=%00"])
    def test_to_a_question_with_a_nul_is_a_refusal(self, operator, query):
        assert operator.get(f"{API}audit/?{query}").status_code == 400

    @pytest.mark.parametrize("page", ["0", "-1", "x", "1e9", "9" * 900, "9" * 5_000], ids=lambda page: page[:5])
    def test_to_a_page_that_cannot_be_is_a_refusal(self, operator, page):
        assert operator.get(f"{API}audit/?page={page}").status_code in (400, 404)

    @pytest.mark.covering
    @pytest.mark.parametrize("name", ["%00", "%ED%A0%80", "x" * 10_000, "%2e%2e", "9" * 10_000], ids=lambda n: n[:5])
    @pytest.mark.parametrize("route", ["flags/{}/", "discrepancies/{}/", "explanations/{}/decide/", "evidence/{}/"])
    def test_of_what_nothing_can_be_called_are_not_found(self, operator, route, name):
        assert operator.get(f"{API}{route.format(name)}").status_code in (404, 405)
