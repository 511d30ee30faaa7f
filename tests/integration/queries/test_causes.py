"""One mistake that differs in many groups is one cause; another one is another."""

import pytest
from django.core.management import call_command

from migration_harness import queries
from migration_harness.deciding.stages import Stage
from migration_harness.models import ComparisonSample
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at

from ..operator_api.clients import with_token

pytestmark = pytest.mark.django_db
GROUPS = ["clustering", "linking", "ideas"]


def renamed(price):
    return price["input_cost"]


def candidate(*, operation, wrong):
    return {"price": 2} if wrong == "value" else renamed({"cost_per_1k_input": operation})


@pytest.fixture
def differing(own_seams):
    seam = Seam(
        name="trial",
        flag="f",
        control=lambda *, operation, wrong: {"price": 1},
        candidate=candidate,
        subject=lambda **_: "7",
        group_by=lambda *, operation, wrong: operation,
    )
    with fixed_flags(flag_at("f", Stage.SHADOW)):
        for operation in GROUPS:
            seam(operation=operation, wrong="name")
        for operation in GROUPS[:2]:
            seam(operation=operation, wrong="value")


PLACE = f"candidate at tests/integration/queries/test_causes.py:{renamed.__code__.co_firstlineno + 1} in renamed"


@pytest.mark.usefixtures("differing")
class TestCauses:
    def test_are_where_it_raises_and_what_differs(self):
        causes = queries.causes_of(queries.discrepancies())
        assert [(each.verdict, each.what, each.count, len(each.discrepancies)) for each in causes] == [
            ("candidate_error", PLACE, 3, 3),
            ("mismatch", "result.price", 2, 2),
        ]

    def test_are_not_known_of_what_has_no_sample(self):
        ComparisonSample.objects.all().delete()
        causes = queries.causes_of(queries.discrepancies())
        assert [(each.what, len(each.discrepancies)) for each in causes] == [("", 1)] * 5
        assert len({queries.cause_named(each.name).discrepancies[0].signature for each in causes}) == 5

    def test_are_told_by_the_list(self, capsys):
        call_command("harness", "discrepancies", "list")
        said = " ".join(capsys.readouterr().out.split())
        assert "3 of them have one cause (trial, candidate_error)" in said
        assert "2 of them have one cause (trial, mismatch): result.price. 2 comparisons:" in said

    def test_are_in_what_scripts_read(self, capsys):
        call_command("harness", "discrepancies", "list", "--json")
        assert capsys.readouterr().out.count(f'"cause": "{PLACE}"') == 3


@pytest.mark.usefixtures("differing")
class TestReview:
    def test_is_one_for_all_groups_of_a_cause(self, harness):
        first = queries.causes_of(queries.discrepancies())[0].discrepancies[0]
        code, out, _ = harness("discrepancies", "acknowledge", first.signature, "--cause", "--reason", "renamed")
        assert (code, out.count("open → acknowledged")) == (0, 3)
        states = {(each.verdict, each.state) for each in queries.discrepancies()}
        assert states == {("candidate_error", "acknowledged"), ("mismatch", "open")}
        assert {each.reason for each in queries.audit_events()} == {"renamed"}
        _, out, _ = harness("discrepancies", "acknowledge", first.signature, "--cause", "--reason", "renamed")
        assert "All of it is acknowledged already" in out

    def test_is_one_click_on_the_console_after_a_look_at_what_it_changes(self, admin_client):
        cause = queries.causes_of(queries.discrepancies())[0]
        page = admin_client.get("/migration/discrepancies/").content.decode()
        assert (f"/migration/causes/{cause.name}/" in page, PLACE in page) == (True, True)
        assert admin_client.get(f"/migration/causes/{cause.name}/").content.decode().count("<code") >= 3
        form = {"state": "fixed", "reason": "mended"}
        look = admin_client.get(f"/migration/causes/{cause.name}/review/", form).content.decode()
        assert ("3 discrepancies with 3 calls" in look, all(group in look for group in GROUPS)) == (True, True)
        assert {each.state for each in queries.cause_named(cause.name).discrepancies} == {"open"}
        admin_client.post(f"/migration/causes/{cause.name}/review/", form | {"confirmed": "yes"})
        assert {each.state for each in queries.cause_named(cause.name).discrepancies} == {"fixed"}

    def test_is_one_request_of_a_program(self, admin_user):
        client, api = with_token(admin_user), "/api/v1/migration/causes/"
        listed = client.get(api).json()["results"]
        assert [(each["what"], each["count"], len(each["groups"])) for each in listed] == [
            (PLACE, 3, 3),
            ("result.price", 2, 2),
        ]
        address = f"{api}{listed[0]['name']}/"
        body = {"state": "acknowledged", "reason": "renamed"}
        for dry_run, state in ((True, "open"), (False, "acknowledged")):
            answer = client.post(f"{address}review/", body | {"dry_run": dry_run}, format="json").json()["data"]
            assert {(each["before"], each["after"]) for each in answer["changed"]} == {("open", "acknowledged")}
            found = client.get(address).json()["data"]["discrepancies"]
            assert {each["state"] for each in found} == {state}
        assert client.post(f"{api}0123456789ab/review/", body, format="json").status_code == 404
