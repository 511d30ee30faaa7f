"""Who listens to the log is told of each comparison that somebody has to review, and can break nothing."""

import pytest
from structlog.testing import capture_logs

from migration_harness.comparing.comparator import UNEXPLAINED, Verdict
from migration_harness.log import announcing
from migration_harness.log.recorder import evidence_of

from .parts import comparison


@pytest.fixture
def told(monkeypatch):
    found = []
    monkeypatch.setattr(announcing, "listeners", [found.append])
    return found


def announced(made):
    announce = evidence_of(made).announce
    if announce is not None:
        announce()


class TestListeners:
    @pytest.mark.parametrize("verdict", Verdict)
    def test_are_told_of_what_is_unexplained(self, told, verdict):
        announced(comparison(verdict))
        assert [each.verdict for each in told] == ([verdict] if verdict in UNEXPLAINED else [])

    def test_are_told_what_the_row_says(self, told):
        announced(comparison(seam="credits.text", flag_epoch=7, subject=12, operation_id="op:1", run="last-month"))
        (only,) = told
        assert (only.seam, only.flag_epoch, only.account_id) == ("credits.text", 7, "12")
        assert (only.operation_id, only.run, only.execution_path) == ("op:1", "last-month", "direct")
        assert only.signature == "0123456789ab"

    def test_that_fail_break_neither_the_call_nor_each_other(self, told, monkeypatch):
        def broken(_):
            raise RuntimeError("no")

        monkeypatch.setattr(announcing, "listeners", [broken, *announcing.listeners])
        with capture_logs() as logs:
            announced(comparison())
        assert len(told) == 1
        assert {"harness.fault", "harness.mismatch"} <= {each["event"] for each in logs}
