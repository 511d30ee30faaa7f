"""The schema and its page."""

import re

import pytest
from django.conf import settings
from django.core.management import call_command

from migration_harness.deciding.stages import Stage

from .clients import API, METHODS, ROUTES, url_of


def described(schema, name):
    """The fields that the schema gives to the data of an answer."""
    components = schema["components"]["schemas"]
    data = components[name]["properties"]["data"]["$ref"].rsplit("/", 1)[-1]
    return set(components[data]["properties"])


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
            ("discrepancy", "DiscrepancyAndSamplesEnvelope"), ("audit", "AuditEventPage"), ("fleet", "FleetMemberPage"),
        ):  # fmt: skip
            found = operator.get(url_of(route, signature)).json()
            assert set(found) <= set(components[name]["properties"])
            if "data" in found:
                assert set(found["data"]) == described(schema, name)

    @pytest.mark.usefixtures("trial_flag")
    @pytest.mark.parametrize(
        ("route", "name"),
        [("drill", "ProofEnvelope"), ("reconcile", "ReconciliationEnvelope"), ("rollback", "RollbackEnvelope")],
    )
    def test_describes_the_answers_to_writes_as_they_are(self, schema, operator, route, name):
        found = operator.post(url_of(route)).json()["data"]
        assert set(found) == described(schema, name)

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
