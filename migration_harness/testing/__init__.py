"""What the tests of a host need: flags as a test wants them, differences that fail it, contracts for what it declares.

``docs/how-to/test-your-host.md`` shows it at work. The pytest plugin is :mod:`migration_harness.pytest_plugin`.
"""

from migration_harness.conf import in_a_test_run
from migration_harness.testing import preparing
from migration_harness.testing.compared import Compared, Differing
from migration_harness.testing.flags import fixed_flags, flags_at
from migration_harness.testing.forgetting import forget
from migration_harness.testing.listening import comparisons
from migration_harness.testing.matching import assert_same
from migration_harness.testing.raising import SidesDiffer, expect_mismatch, raise_on_mismatch
from migration_harness.testing.states import flag_at, flag_state, snapshot_of

__all__ = [
    "Compared",
    "Differing",
    "SidesDiffer",
    "assert_same",
    "comparisons",
    "expect_mismatch",
    "fixed_flags",
    "flag_at",
    "flag_state",
    "flags_at",
    "forget",
    "raise_on_mismatch",
    "snapshot_of",
]

# Tests that ask no database have no connection to be prepared by.
if in_a_test_run():
    preparing.prepare()
