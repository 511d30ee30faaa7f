"""The statement that looks for what is due names exactly the verdicts that speak against a candidate."""

import re

from migration_harness.comparing.comparator import Verdict
from migration_harness.deciding.execution_path import ExecutionPath
from migration_harness.evidence.findings import FAILED
from migration_harness.rollout.automatic import due


def test_it_has_every_failure_and_leaves_replays_out():
    # A law is broken by an operation and not by a seam: a guard of its own looks for that.
    (listed,) = re.findall(r"verdict IN \(([^)]+)\)", due._FOUND)
    assert set(re.findall(r"'(\w+)'", listed)) == {verdict.value for verdict in FAILED - {Verdict.UNLAWFUL}}
    assert re.findall(r"execution_path <> '(\w+)'", due._FOUND) == [ExecutionPath.REPLAY.value]
