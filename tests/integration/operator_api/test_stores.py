"""Two stores, made equal by a program."""

import pytest

from migration_harness.control.creation import create_flag
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, Drift
from migration_harness.plan import PlannedFlag

from ..trial_stores import FLAG, SEAM, Trial
from .clients import API, CREDITS, error_of


@pytest.fixture
def trial(operator, trial_stores):
    """A flag with two stores, whose cohort is nobody."""
    create_flag(
        planned=PlannedFlag(name=FLAG, owner="x", note="x", has_store=True), baseline=Stage.DUALWRITE, actor="x"
    )
    return Trial()


def resync(client, **body):
    return client.post(f"{API}resync/", body, format="json")


class TestReconcile:
    def test_repairs_what_has_drifted(self, operator, drifted):
        found = operator.post(f"{API}reconcile/").json()
        assert (found["data"], found["message"]) == ({"repaired": 1, "failed": []}, "1 drifted keys repaired.")
        assert drifted.values == ({"k": "new"}, {"k": "new"})

    def test_is_no_success_while_a_key_cannot_be_repaired(self, operator, drifted, monkeypatch):
        def refuse(key, value):
            raise OSError("password=hunter2")

        monkeypatch.setattr(drifted.candidate, "write", refuse)
        response = operator.post(f"{API}reconcile/")
        found = response.json()
        assert (response.status_code, found["success"], found["error"]["code"]) == (409, False, "not_repaired")
        assert found["data"]["failed"] == [{"seam": SEAM, "key": "k", "attempts": 2, "error": "OSError"}]
        assert "hunter2" not in response.content.decode()
        assert Drift.objects.count() == 1


class TestResync:
    def test_copies_to_the_side_that_is_named(self, operator, trial):
        for key in ("a", "b"):
            trial.control.write(key, "old")
        trial.candidate.write("a", "old")
        trial.candidate.write("c", "more")
        found = resync(operator, flag=FLAG, to="candidate", reason="before the first pilot").json()
        assert found["data"] == {
            "flag": FLAG, "to": "candidate", "copied": 1, "equal": 1, "extra": ["c"], "stage": "live",
        }  # fmt: skip
        assert "1 keys are only in the candidate's store" in found["message"]
        assert trial.candidate.contents() == {"a": "old", "b": "old", "c": "more"}
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.action, event.reason) == ("ada", "resync", "before the first pilot")

    def test_brings_the_legacy_store_back_into_use(self, operator, trial):
        change_flag(name=FLAG, change=FlagChange(stage=Stage.COMPLETE, everyone=True), actor="bob")
        trial.candidate.write("k", "new")
        assert operator.post(f"{API}flags/{FLAG}/rollback/").status_code == 409
        assert resync(operator, flag=FLAG, to="control").json()["data"]["stage"] == "rampdown"
        assert operator.post(f"{API}flags/{FLAG}/rollback/").status_code == 200
        assert trial.control.contents() == {"k": "new"}

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"flag": "typo", "to": "control"}, 404, "unknown_flag"),
            ({"flag": FLAG, "to": "control"}, 400, "invalid_change"),
            ({"flag": CREDITS, "to": "candidate"}, 400, "no_store_pair"),
        ],
        ids=["unknown flag", "the side that answers", "no stores"],
    )
    def test_refuses_what_the_command_refuses(self, operator, trial, body, status, code):
        events = AuditEvent.objects.count()
        response = resync(operator, **body)
        assert (response.status_code, error_of(response)["code"]) == (status, code)
        assert AuditEvent.objects.count() == events

    def test_stops_where_a_copy_is_another_value(self, operator, trial, monkeypatch):
        trial.control.write("k", "new")
        write = trial.candidate.write
        monkeypatch.setattr(trial.candidate, "write", lambda key, value: write(key, f"{value}!"))
        response = resync(operator, flag=FLAG, to="candidate")
        assert (response.status_code, error_of(response)["code"]) == (409, "copy_differs")

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [({"to": "control"}, "flag"), ({"flag": FLAG}, "to"), ({"flag": FLAG, "to": "legacy"}, "to")],
        ids=str,
    )
    def test_needs_a_flag_and_a_side(self, operator, trial, body, wrong):
        response = resync(operator, **body)
        assert (response.status_code, list(error_of(response)["fields"])) == (400, [wrong])
