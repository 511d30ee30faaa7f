"""An approval and a revocation reach a running process, and nothing that goes wrong with them costs it its lease."""

from datetime import UTC, datetime

import psycopg
import pytest

from migration_harness import queries
from migration_harness.comparing.scope import Scope
from migration_harness.control import rollback
from migration_harness.control.flips import FlagChange
from migration_harness.reviewing import approvals
from tests.acceptance.conftest import committed_demo, database_url, until  # noqa: F401  The demo, committed.

from ..integration.approving import second_person

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("committed_demo")]
TODAY = datetime.now(UTC).date()
SCOPE = Scope(seam="models.provider", fields=frozenset({("result", "value")}), group=None)


@pytest.fixture
def follower(nursery, tmp_path):
    """A running process, and a function that returns what it has in force now."""
    lines = tmp_path / "rules"
    with nursery.process("tests.race.rule_follower", str(lines), log=tmp_path / "follower.log") as started:
        until(lambda: lines.exists() and lines.stat().st_size > 0)
        yield started, lambda: lines.read_text().split()[-1]


@pytest.fixture
def approved():
    made = approvals.propose(
        signature="0" * 12, scope=SCOPE, reason="planned", owner="ada", expires=TODAY, covered={}, actor="ada"
    )
    approvals.approve(number=made.pk, actor=second_person("bob"), today=TODAY)
    yield made
    if queries.explanation(made.pk).state == "approved":
        approvals.revoke(number=made.pk, actor="bob", reason="the end of the test")


class TestStoredRules:
    def test_are_in_force_before_the_first_decision(self, approved, follower, tmp_path):
        assert (tmp_path / "rules").read_text().split()[0] == str(approved.pk)

    def test_reach_a_running_process_and_leave_it(self, follower, request):
        _, now = follower
        assert now() == "-"
        approved = request.getfixturevalue("approved")
        until(lambda: now() == str(approved.pk))
        approvals.revoke(number=approved.pk, actor="cyd", reason="it hid a fault")
        until(lambda: now() == "-")

    def test_that_cannot_be_read_cost_nobody_the_lease(self, follower):
        started, _ = follower
        with psycopg.connect(database_url()) as other:
            other.execute("LOCK TABLE migration_harness_storedexplanation IN ACCESS EXCLUSIVE MODE")
            proven = rollback.change_flag(name="model-selection", change=FlagChange(share_bps=100), actor="tester")
            acknowledged = {each.process.pid for each in proven.proof.acknowledged}
            other.rollback()
        assert started.pid in acknowledged
        assert not proven.proof.late
