"""The processes that decide, and the drill."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from django.utils import timezone

from migration_harness import queries
from migration_harness.control import rollback
from migration_harness.deciding.processes import Process
from migration_harness.models import AuditEvent, Lease
from migration_harness.rollout.standing import gates_by_phase

from .clients import API, error_of


def lease(pid, *, epoch, seconds):
    """A process that has acknowledged an epoch; its lease runs out in so many seconds."""
    now = timezone.now()
    Lease.objects.create(
        host="web-1", pid=pid, role="web", epoch=epoch, open_units=2, taken_at=now, renewed_at=now,
        acknowledged_at=now, expires_at=now + timedelta(seconds=seconds),
    )  # fmt: skip


class TestFleet:
    def test_lists_the_processes_as_the_queries_have_them(self, operator, trial_flag):
        lease(7, epoch=0, seconds=60)
        lease(8, epoch=1_000, seconds=-1)
        found = operator.get(f"{API}fleet/").json()
        expected = json.loads(json.dumps([asdict(each) for each in queries.fleet()]))
        fixed = [{**each, "age_seconds": 0} for each in found["results"]]
        assert fixed == [{**each, "age_seconds": 0} for each in expected]
        assert [(each["process"]["pid"], each["is_live"], each["behind"] > 0) for each in found["results"]] == [
            (7, True, True),
            (8, False, False),
        ]


class TestDrill:
    def test_proves_what_a_rollback_takes_and_changes_nothing(self, operator):
        lease(7, epoch=1_000, seconds=60)
        before = queries.status(gates=gates_by_phase())
        found = operator.post(f"{API}drill/").json()
        proof = found["data"]
        assert (found["success"], proof["holds"], proof["open_units"]) == (True, True, 2)
        assert [each["process"] for each in proof["acknowledged"]] == [str(Process(host="web-1", pid=7, role="web"))]
        assert queries.status(gates=gates_by_phase()) == before
        assert AuditEvent.objects.latest("id").actor == "ada"

    def test_is_no_success_where_a_process_does_not_obey(self, operator, monkeypatch):
        late, original = Process(host="web-1", pid=7, role="web"), rollback.drill

        def drill(**how):
            proven = original(**how)
            return replace(proven, proof=replace(proven.proof, late=(late,)))

        monkeypatch.setattr("dashboards.api.fleet_views.drill", drill)
        response = operator.post(f"{API}drill/")
        found = response.json()
        assert (response.status_code, found["error"]["code"]) == (504, "not_acknowledged")
        assert (found["data"]["late"], str(late) in found["message"]) == ([str(late)], True)

    @pytest.mark.parametrize("address", ["drill", "reconcile"])
    def test_and_repair_take_nothing(self, operator, address):
        events = AuditEvent.objects.count()
        response = operator.post(f"{API}{address}/", {"flag": "x"}, format="json")
        assert (response.status_code, list(error_of(response)["fields"])) == (400, ["flag"])
        assert AuditEvent.objects.count() == events
