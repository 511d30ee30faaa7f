"""The endpoints of phases."""

import io

import pytest

from igny8_core.auth.models import User
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import AuditEvent, ChecklistTick, PhaseAdvance, TestRun
from tests.people import person, trusted

from ..rollout.conftest import green, real_gates, revision_here  # noqa: F401  Fixtures.
from .clients import API, error_of, with_token
from .phased import FLAG

URL = f"{API}phases/"
GREEN = b"""<testsuites><testsuite tests="2" timestamp="2026-11-30T10:00:00" time="1.5">
<testcase name="a"/><testcase name="b"/></testsuite></testsuites>"""
RED = GREEN.replace(b'<testcase name="b"/>', b'<testcase name="b"><failure/></testcase>')


@pytest.fixture
def client(demo, settings, revision_here):  # noqa: F811
    """An operator's program, under the small plan."""
    settings.HARNESS = settings.HARNESS | {"PLAN": "tests.integration.operator_api.phased.PLAN"}
    return with_token(trusted("ada"))


@pytest.fixture
def root(client):
    return with_token(User.objects.create_superuser("root", password="x"))


def post(client, path, **body):
    return client.post(f"{URL}{path}/", body, format="json")


def phase(client, number):
    return client.get(f"{URL}{number}/").json()["data"]


class TestPhases:
    def test_are_listed_with_their_gates_counted(self, client):
        found = client.get(URL).json()
        assert [(each["number"], each["state"], each["gates"]) for each in found["results"]] == [
            (1, "active", {"open": 0, "total": 1}),
            (2, "pending", {"open": 0, "total": 2}),
        ]

    def test_of_a_number_say_all_that_there_is_to_know(self, client):
        found = phase(client, 2)
        assert (found["risk"], found["way_back"], found["flags"]) == ("medium", "roll back", [FLAG])
        assert [(each["gate"], each["way"], each["answer"]) for each in found["asked"]] == [
            ("tests", "entering", "unknown"),
            ("checklist", "leaving", "closed"),
        ]
        assert all(each["sentence"] and each["remedy"] for each in found["asked"])
        assert [each["item"] for each in found["checklist"]] == ["Look at it", "Roll it back and forward once"]
        assert (found["closed"], found["outside_plan"]) == (None, [])

    @pytest.mark.parametrize("path", ["", "checklist/", "advance/", "reopen/", "tests/"])
    def test_that_the_plan_does_not_have_are_not_found(self, client, path):
        method = client.get if path in ("", "checklist/") else client.post
        form = {"format": "multipart"} if path == "tests/" else {}
        answer = method(f"{URL}9/{path}", **form)
        assert (answer.status_code, error_of(answer)["code"]) == (404, "unknown_phase")


class TestAdvance:
    def test_is_refused_with_the_sentence_of_each_gate(self, client):
        answer = post(client, "1/advance")
        found = answer.json()
        assert (answer.status_code, found["error"]["code"]) == (409, "gate_closed")
        assert "Phase 1 (Tables) stays open. Gate finance is unknown: Nobody has answered yet." in found["message"]
        assert [each["phase"] for each in found["data"]["refused"]] == [1, 2]
        assert '"override": true' in found["message"]
        assert "--override" not in found["message"]
        assert not PhaseAdvance.objects.exists()

    def test_closes_the_phase_and_is_taken_back(self, client):
        with_token(trusted("fin"), scopes=["gate"]).post(
            f"{URL}1/gates/finance/", {"open": True, "sentence": "Agreed."}, format="json"
        )
        green(1)
        done = post(client, "1/advance", reason="as agreed").json()
        assert (done["data"]["changed"], done["data"]["active"], done["data"]["outside_plan"]) == (True, 2, False)
        assert done["message"] == "Phase 1 (Tables) is closed. Phase 2 (The switch) is active."
        assert (phase(client, 1)["closed"]["actor"], phase(client, 2)["state"]) == ("ada", "active")
        assert post(client, "1/advance").json()["data"]["changed"] is False
        assert post(client, "1/reopen", reason="too early").json()["message"] == "Phase 1 is open again."
        assert post(client, "1/reopen").json()["data"]["changed"] is False
        assert AuditEvent.objects.filter(action="reopen phase").get().reason == "too early"

    def test_past_closed_gates_is_a_superusers_and_stays_outside_of_the_plan(self, client, root):
        assert post(client, "1/advance", override=True, reason="x").status_code == 403
        assert post(root, "1/advance", override=True).status_code == 400
        assert post(root, "1/advance", override=True, reason="the auditor agrees").json()["data"]["outside_plan"]
        (outside,) = phase(client, 1)["outside_plan"]
        assert (outside["flag"], outside["actor"], outside["reason"]) == (None, "root", "the auditor agrees")
        assert outside["refused"][0].startswith("Gate finance is unknown")
        post(root, "1/reopen")
        assert phase(client, 1)["outside_plan"] == []

    def test_shows_flags_that_went_past_closed_gates_until_that_is_undone(self, client, root, real_gates):  # noqa: F811
        root.patch(f"{API}flags/{FLAG}/", {"share_percent": 5, "override": True, "reason": "now"}, format="json")
        (outside,) = phase(client, 2)["outside_plan"]
        assert (outside["flag"], outside["actor"], outside["phase"]) == (FLAG, "root", 2)
        change_flag(name=FLAG, change=FlagChange(share_bps=0), actor="ada")
        assert phase(client, 2)["outside_plan"] == []

    def test_needs_the_role(self, client):
        viewer = with_token(person("vic", "Migration viewer"))
        assert [post(viewer, path).status_code for path in ("1/advance", "1/reopen", "2/checklist")] == [403] * 3


class TestFlagPastItsGates:
    def test_is_refused_with_what_this_surface_offers(self, client, real_gates):  # noqa: F811
        answer = client.patch(f"{API}flags/{FLAG}/", {"share_percent": 5}, format="json")
        found = answer.json()
        assert (answer.status_code, found["error"]["code"]) == (409, "gate_closed")
        assert found["message"].endswith('A superuser may pass with "override": true and a reason.')
        assert [each["sentence"].split(":")[0] for each in found["data"]["refused"]] == [
            "Phase 2 (The switch) comes after phase 1 (Tables), which is active",
            "Gate tests is unknown",
        ]


class TestChecklist:
    def test_is_ticked_and_unticked(self, client):
        items = post(client, "2/checklist", item=2, done=True, note="with Olga").json()["data"]["items"]
        assert [(each["ticked_at"] is not None, each["actor"], each["note"]) for each in items] == [
            (False, "", ""),
            (True, "ada", "with Olga"),
        ]
        post(client, "2/checklist", item=2, done=False)
        assert ChecklistTick.objects.get().unticked_by == "ada"
        assert client.get(f"{URL}2/checklist/").json()["data"]["items"][1]["ticked_at"] is None

    @pytest.mark.parametrize("body", [{"item": 3, "done": True}, {"item": 0, "done": True}, {"item": 1}, {}], ids=str)
    def test_has_no_other_item(self, client, body):
        assert post(client, "2/checklist", **body).status_code == 400
        assert not ChecklistTick.objects.exists()


class TestReport:
    def send(self, client, *reports, **fields):
        files = [io.BytesIO(report) for report in reports]
        for index, file in enumerate(files):
            file.name = f"part-{index}.xml"
        return client.post(f"{URL}2/tests/", {"report": files} | fields, format="multipart")

    def test_of_a_run_elsewhere_opens_the_gate_of_the_tests(self, client, revision_here):  # noqa: F811
        answer = self.send(client, GREEN, GREEN, revision=revision_here.name)
        found = answer.json()["data"]
        assert (answer.status_code, found["tests"], found["failed"], found["green"]) == (200, 4, 0, True)
        assert (TestRun.objects.get().source, TestRun.objects.get().actor) == ("part-0.xml, part-1.xml", "ada")
        assert phase(client, 2)["asked"][0]["answer"] == "open"

    def test_that_failed_is_recorded_and_closes_it(self, client, revision_here):  # noqa: F811
        found = self.send(client, RED, revision=revision_here.name).json()["data"]
        assert (found["failed"], found["green"]) == (1, False)
        assert phase(client, 2)["asked"][0]["answer"] == "closed"

    @pytest.mark.parametrize(
        ("report", "fields", "told"),
        [
            (GREEN, {}, "does not say for which revision"), (b"", {"revision": "r"}, "is no JUnit report"),
            (b"<html/>", {"revision": "r"}, "begins with <html>"), (GREEN, {"revision": "r", "phase": "2"}, "phase"),
            (b"<?xml version='1.0' encoding='utf-99'?><testsuite/>", {"revision": "r"}, "is no JUnit report"),
        ],
        ids=["no revision", "empty", "a page", "a field that nobody knows", "an encoding that nobody knows"],
    )  # fmt: skip
    def test_that_says_nothing_is_refused(self, client, report, fields, told):
        answer = self.send(client, report, **fields)
        assert (answer.status_code, told in answer.content.decode()) == (400, True)
        assert not TestRun.objects.exists()

    def test_is_sent_as_a_form(self, client):
        assert self.send(client).status_code == 400
        assert post(client, "2/tests", revision="r").status_code == 415
