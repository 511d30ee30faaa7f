"""What holds for every answer."""

import pytest

from dashboards.api import errors
from igny8_core.seed import DEMO_KEYS
from migration_harness import queries
from migration_harness.exceptions import HarnessError, UnknownFlag
from migration_harness.models import AuditEvent

from .clients import API, CREDITS, ROUTES, error_of, url_of


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
