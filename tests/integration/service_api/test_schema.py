"""The schema says what the endpoints do."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command

from .clients import API
from .routes import service_routes

UNDESCRIBED = ("service-schema", "service-docs", "nowhere")


@pytest.fixture
def schema(customer):
    return customer.get(f"{API}schema/").json()


class TestSchema:
    def test_has_every_endpoint_and_no_other(self, schema):
        described = {(path, method.upper()) for path, methods in schema["paths"].items() for method in methods}
        routed = {
            (re.sub(r"\{pk\}", "{id}", route.template), method)
            for route in service_routes()
            if route.name not in UNDESCRIBED
            for method in route.methods
        }
        assert len(described) > 9
        assert described == routed

    def test_has_nothing_of_the_operators(self, schema):
        assert [path for path in schema["paths"] if "migration" in path] == []

    def test_of_the_operators_has_nothing_of_this_api(self, operator):
        paths = operator.get(f"{API}migration/schema/").json()["paths"]
        assert paths
        assert [path for path in paths if not path.startswith(f"{API}migration/")] == []

    def test_holds_and_has_no_gap(self, db):
        call_command("spectacular", "--validate", "--fail-on-warn", "--file=/dev/null")

    def test_wraps_what_an_endpoint_answers(self, schema):
        answers = schema["paths"][f"{API}accounts/sites/"]
        page = schema["components"]["schemas"]["PaginatedSiteList"]
        assert set(page["required"]) == {"success", "count", "next", "previous", "results", "request_id"}
        created = answers["post"]["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
        envelope = schema["components"]["schemas"][created.rsplit("/", 1)[-1]]
        assert set(envelope["required"]) == {"success", "data", "request_id"}
        assert envelope["properties"]["data"] == {"$ref": "#/components/schemas/Site"}

    @pytest.mark.parametrize(
        ("path", "method", "status", "codes"),
        [
            ("accounts/sites/{id}/", "delete", 409, ["conflict", "site_in_use"]),
            ("accounts/sites/{id}/", "get", 404, ["not_found"]),
            ("accounts/sites/", "post", 400, ["invalid", "parse_error"]),
            ("accounts/sites/", "post", 413, ["body_too_large"]),
            ("billing/balance/", "get", 401, ["authentication_failed", "not_authenticated"]),
            ("billing/balance/", "get", 429, ["throttled"]),
        ],
    )
    def test_names_the_errors_of_an_endpoint(self, schema, path, method, status, codes):
        answer = schema["paths"][f"{API}{path}"][method]["responses"][str(status)]["content"]["application/json"]
        failure, told = answer["schema"]["allOf"]
        assert failure == {"$ref": "#/components/schemas/Failure"}
        assert told["properties"]["error"]["properties"]["code"]["enum"] == codes

    def test_is_shown_on_a_page_that_needs_no_other_server(self, customer):
        html = customer.get(f"{API}docs/").content.decode()
        found = re.findall(r"(?:src|href)=\"([^\"]+)\"", html)
        assert len(found) >= 3
        assert [url for url in found if not url.startswith(f"/{settings.STATIC_URL.strip('/')}/")] == []
        assert f"{API}schema/" in html

    @pytest.mark.parametrize("path", ["schema/", "docs/"])
    def test_is_for_customers(self, client, operator, path):
        for caller, status in ((client, 401), (operator, 403)):
            response = caller.get(f"{API}{path}")
            assert (response.status_code, response["Content-Type"]) == (status, "application/json")
