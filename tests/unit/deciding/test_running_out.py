"""A lease has run out when its row was seen the same for as long as a lease is."""

from datetime import UTC, datetime, timedelta

from migration_harness.deciding.leases import LEASE_NS
from migration_harness.deciding.running_out import Watch

AT = datetime(2026, 1, 1, tzinfo=UTC)
ONE, OTHER = (1, AT), (2, AT)
AGAIN = (1, AT - timedelta(hours=1))
"""The next renewal of the first one, by a clock that was set back."""


def asked(watch, at_ns, *renewals, took_ns=0):
    return watch.ran_out(renewals, asked_ns=at_ns, answered_ns=at_ns + took_ns)


class TestWatch:
    def test_takes_nobody_for_over_at_first_sight(self):
        assert asked(Watch(), 10**18, ONE) == set()

    def test_sees_a_lease_run_out_after_its_length(self):
        watch = Watch()
        asked(watch, 0, ONE)
        assert asked(watch, LEASE_NS - 1, ONE) == set()
        assert asked(watch, LEASE_NS, ONE) == {ONE}

    def test_counts_from_the_answer_to_the_question(self):
        watch = Watch()
        asked(watch, 0, ONE, took_ns=50)
        assert asked(watch, LEASE_NS + 49, ONE, took_ns=LEASE_NS) == set()
        assert asked(watch, LEASE_NS + 50, ONE) == {ONE}

    def test_begins_anew_with_each_renewal_whatever_its_time(self):
        watch = Watch()
        asked(watch, 0, ONE, OTHER)
        asked(watch, LEASE_NS - 1, AGAIN, OTHER)
        assert asked(watch, LEASE_NS, AGAIN, OTHER) == {OTHER}
        assert asked(watch, 2 * LEASE_NS - 1, AGAIN) == {AGAIN}

    def test_begins_anew_with_one_that_was_away(self):
        watch = Watch()
        asked(watch, 0, ONE)
        asked(watch, 1)
        assert asked(watch, LEASE_NS, ONE) == set()
