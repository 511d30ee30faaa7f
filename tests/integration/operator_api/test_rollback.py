"""The way back."""

import pytest

from migration_harness import queries
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.control.rollback import ProvenFlip
from migration_harness.deciding.acknowledgement import Proof
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.processes import Process
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import FlipHeldUp, ProofMissing
from migration_harness.models import AuditEvent

from .clients import API, CREDITS, error_of, flag_url


class TestRollback:
    @pytest.mark.usefixtures("selected")
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

    def test_of_all_takes_every_flag(self, operator, trial_flag):
        data = operator.post(f"{API}rollback/", {"to_off": True}, format="json").json()["data"]
        assert sorted(flag["flag"] for flag in data["flags"]) == [flag.name for flag in queries.flag_statuses()]
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
            "dashboards.api.flag_views.roll_back", lambda **how: ProvenFlip(flips=original(**how).flips, proof=proof)
        )
        response = operator.post(f"{flag_url()}rollback/")
        found = response.json()
        assert (response.status_code, found["success"], found["error"]["code"]) == (504, False, "not_acknowledged")
        assert (found["data"]["after"]["everyone"], found["data"]["proof"]["late"]) == (False, [str(late)])
        assert str(late) in found["message"]


class TestSurroundings:
    @pytest.fixture
    def no_directory(self, settings):
        settings.HARNESS = settings.HARNESS | {"ACCOUNTS": "igny8_core.no_such_module.accounts"}

    @pytest.mark.parametrize("url", [f"{API}rollback/", f"{API}flags/{CREDITS}/rollback/"], ids=["all", "one"])
    def test_without_a_directory_of_accounts_leave_a_rollback_and_its_proof(
        self, operator, selected, no_directory, url
    ):
        change_flag(name=CREDITS, change=FlagChange(everyone=True), actor="bob")
        found = operator.post(url)
        assert (found.status_code, found.json()["data"]["proof"]["holds"]) == (200, True)
        assert "Who is affected could not be told" in found.json()["message"]
        assert load_snapshot().flags[CREDITS].everyone is False

    def test_without_a_directory_of_accounts_leave_a_change_unmade(self, operator, no_directory):
        response = operator.patch(flag_url(), {"share_percent": "33"}, format="json")
        assert (response.status_code, error_of(response)["code"]) == (500, "harness_misconfigured")
        assert load_snapshot().flags[CREDITS].share_bps == 0

    @pytest.mark.parametrize(
        ("error", "status", "code"), [(FlipHeldUp, 503, "flip_held_up"), (ProofMissing, 504, "proof_missing")]
    )
    def test_that_hold_it_up_are_told_in_a_sentence(self, operator, monkeypatch, error, status, code):
        def fail(**_):
            raise error("psql (pid 7) holds it: SELECT pg_terminate_backend(7);")

        monkeypatch.setattr("dashboards.api.flag_views.roll_back", fail)
        response = operator.post(f"{flag_url()}rollback/")
        assert (response.status_code, error_of(response)["code"]) == (status, code)
        assert "SELECT pg_terminate_backend(7);" in response.json()["message"]
