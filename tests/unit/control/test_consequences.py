"""Who is affected by a change of a flag."""

from migration_harness.control.consequences import Effect, effect_of
from migration_harness.testing import flag_state, snapshot_of

IDS = ["3", "1", "2"]


class TestEffect:
    def test_names_who_joined_and_who_left(self):
        before = snapshot_of(flag_state("f", included=frozenset("1")))
        after = snapshot_of(flag_state("f", included=frozenset("23")))
        assert effect_of(before=before, after=after, name="f", account_ids=IDS) == Effect(
            on_candidate=2, accounts=3, joined=("2", "3"), left=("1",)
        )

    def test_names_them_in_the_order_in_which_people_count(self):
        before, after = snapshot_of(), snapshot_of(flag_state("f", everyone=True))
        found = effect_of(before=before, after=after, name="f", account_ids=["101", "9", "100", "99"])
        assert found.joined == ("9", "99", "100", "101")

    def test_of_a_rollback_is_that_everybody_left(self):
        before, after = snapshot_of(flag_state("f", everyone=True)), snapshot_of(flag_state("f", everyone=False))
        found = effect_of(before=before, after=after, name="f", account_ids=IDS)
        assert (found.on_candidate, found.left) == (0, ("1", "2", "3"))

    def test_counts_only_those_who_are_in_the_required_cohort_too(self):
        required = flag_state("r", included=frozenset("1"))
        before = snapshot_of(required, flag_state("f", requires=("r",)))
        after = snapshot_of(required, flag_state("f", requires=("r",), everyone=True))
        assert effect_of(before=before, after=after, name="f", account_ids=IDS).joined == ("1",)

    def test_of_a_flag_that_was_created_between_is_who_joined(self):
        after = snapshot_of(flag_state("f", everyone=True))
        assert len(effect_of(before=snapshot_of(), after=after, name="f", account_ids=iter(IDS)).joined) == 3
