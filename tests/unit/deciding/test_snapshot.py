"""Who is in a cohort, and what follows from it."""

from itertools import pairwise

import pytest

from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.snapshot import GLOBAL, OFF
from migration_harness.deciding.stages import Stage
from migration_harness.testing import flag_state, snapshot_of

IDS = [str(n) for n in range(2_000)]


def cohort(**fields):
    snapshot = snapshot_of(flag_state("f", **fields))
    return {i for i in IDS if snapshot.in_cohort("f", i)}


class TestBucket:
    def test_is_the_salted_hash_that_was_published(self):
        # Computed by hand with sha256sum: the first 16 hex digits, modulo 10,000.
        assert bucket_of("1", salt="salt") == 4688

    def test_spreads_accounts_evenly(self):
        assert 400 < len(cohort(share_bps=2_500)) < 600


class TestShare:
    def test_only_adds_accounts_when_it_is_raised(self):
        cohorts = [cohort(share_bps=share) for share in range(0, 10_001, 500)]
        assert all(smaller < larger for smaller, larger in pairwise(cohorts))

    def test_of_nothing_is_nobody_and_of_all_is_everybody(self):
        assert cohort(share_bps=0) == set()
        assert cohort(share_bps=10_000) == set(IDS)

    def test_is_the_same_after_a_restart(self):
        assert cohort(share_bps=2_500) == cohort(share_bps=2_500)

    def test_of_one_flag_says_nothing_about_another(self):
        both = cohort(share_bps=5_000, salt="one") & cohort(share_bps=5_000, salt="two")
        assert 400 < len(both) < 600


class TestPrecedence:
    """everyone = no > excluded > everyone = yes > included > share."""

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"everyone": False, "included": frozenset("1"), "share_bps": 10_000}, False),
            ({"excluded": frozenset("1"), "everyone": True}, False),
            ({"excluded": frozenset("1"), "share_bps": 10_000}, False),
            ({"everyone": True}, True),
            ({"included": frozenset("1")}, True),
            ({"share_bps": 10_000}, True),
            ({"share_bps": 0}, False),
        ],
        ids=[
            "no beats all",
            "excluded beats yes",
            "excluded beats share",
            "yes",
            "included",
            "share",
            "empty",
        ],
    )
    def test_decides_for_an_account(self, fields, expected):
        assert snapshot_of(flag_state("f", **fields)).in_cohort("f", "1") is expected

    @pytest.mark.parametrize(("everyone", "expected"), [(True, True), (None, False), (False, False)])
    def test_without_an_account_only_everyone_counts(self, everyone, expected):
        assert snapshot_of(flag_state("f", everyone=everyone, share_bps=10_000)).in_cohort("f", None) is expected


class TestRequires:
    def test_takes_only_accounts_that_are_in_the_required_cohort_too(self):
        needed = flag_state("needed", included=frozenset({"1"}))
        wanting = flag_state("wanting", everyone=True, requires=("needed",))
        snapshot = snapshot_of(needed, wanting)
        assert [i for i in ("1", "2") if snapshot.in_cohort("wanting", i)] == ["1"]

    def test_of_a_flag_that_does_not_exist_takes_nobody(self):
        assert not snapshot_of(flag_state("f", everyone=True, requires=("gone",))).in_cohort("f", "1")


class TestDecision:
    def test_gives_the_cohort_its_stage_and_everybody_else_the_baseline(self):
        flag = flag_state("f", stage=Stage.RAMPDOWN, baseline=Stage.SHADOW, included=frozenset({"1"}))
        snapshot = snapshot_of(flag)
        assert [snapshot.decide("f", i).stage for i in (1, 2)] == [Stage.RAMPDOWN, Stage.SHADOW]

    def test_of_an_unknown_flag_is_off(self):
        assert snapshot_of().decide("f", 1) is OFF

    def test_compares_nothing_where_the_compared_share_is_zero(self):
        assert not snapshot_of(flag_state("f", baseline=Stage.SHADOW, compared_bps=0)).decide("f", 1).compared


class TestGlobalDecision:
    """Of a write that belongs to no account."""

    def decided(self, *flags):
        decision = snapshot_of(*flags).decide("f", GLOBAL)
        return decision.stage, decision.together

    @pytest.mark.parametrize("stage", [Stage.LIVE, Stage.RAMPDOWN, Stage.COMPLETE])
    def test_is_the_cohorts_stage_where_everybody_is_in_it(self, stage):
        assert self.decided(flag_state("f", stage=stage, everyone=True)) == (stage, False)

    @pytest.mark.parametrize("baseline", [Stage.OFF, Stage.DUALWRITE, Stage.SHADOW])
    @pytest.mark.parametrize(
        "cohort", [{}, {"everyone": False, "included": frozenset("1"), "share_bps": 500}, {"excluded": frozenset("1")}]
    )
    def test_is_the_baseline_where_nobody_is_in_the_cohort(self, baseline, cohort):
        assert self.decided(flag_state("f", baseline=baseline, **cohort)) == (baseline, False)

    @pytest.mark.parametrize("stage", [Stage.LIVE, Stage.RAMPDOWN, Stage.COMPLETE])
    @pytest.mark.parametrize(
        "cohort", [{"included": frozenset("1")}, {"share_bps": 1}, {"everyone": True, "excluded": frozenset("1")}]
    )
    def test_is_to_write_both_stores_together_control_first_for_anything_between(self, stage, cohort):
        assert self.decided(flag_state("f", stage=stage, **cohort)) == (Stage.DUALWRITE, True)

    def test_is_the_baseline_where_a_required_flag_takes_everybody_out(self):
        flags = flag_state("f", everyone=True, requires=("needed",)), flag_state("needed", everyone=False)
        assert self.decided(*flags) == (Stage.OFF, False)

    def test_of_an_unknown_flag_is_off(self):
        assert snapshot_of().decide("f", GLOBAL) is OFF
