"""What a run that is undone has compared goes nowhere, also what was to be compared later."""

from migration_harness.log.recorder import Nowhere
from migration_harness.log.waiting import WaitingCall


def test_a_deferred_call_of_a_run_that_is_undone_waits_for_no_worker():
    nowhere = Nowhere()
    nowhere.defer(WaitingCall(0.0, "trial", "r", 1, "shadow", "direct", "", "", 5, "", "{}", "{}"))
    assert (bool(nowhere._waiting), nowhere._thread) == (False, None)
