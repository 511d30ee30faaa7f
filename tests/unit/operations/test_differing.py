"""The order in which one statement changes rows is the database's, and no effect; what the operation orders is one."""

from itertools import permutations

import pytest

from migration_harness.operations.differing import differences, effects_of
from migration_harness.operations.effects import Change, Row
from tests.recordings import recording_of_rows

LABEL = "planner.Keyword"


def row(key, change=Change.UPDATED, name="after", label=LABEL):
    before = None if change is Change.INSERTED else {"id": key, "name": "before"}
    after = None if change is Change.DELETED else {"id": key, "name": name}
    return Row(model=label, key=str(key), change=change, before=before, after=after)


def effects(*rows):
    return effects_of(recording_of_rows(*rows))


def keys(found):
    return [each["key"] for each in found["rows"][LABEL]]


class TestRowsThatWereThere:
    @pytest.mark.parametrize("change", [Change.UPDATED, Change.DELETED])
    @pytest.mark.parametrize("names", [(9, 10, 100), ("a", "b", "c"), ("0b2e", "10", "9")], ids=str)
    def test_are_compared_in_the_order_of_their_keys(self, change, names):
        first, *others = [effects(*(row(key, change) for key in order)) for order in permutations(names)]
        assert all(differences(first, other) == () for other in others)

    def test_have_numbers_in_the_order_of_numbers(self):
        assert keys(effects(row(100), row(9), row(10))) == ["9", "10", "100"]

    def test_are_ordered_within_their_own_model(self):
        assert keys(effects(row(2), row(5, label="planner.Cluster"), row(1))) == ["1", "2"]

    def test_of_two_changes_of_one_row_keep_which_came_first(self):
        found = effects(row(2, name="x"), row(1), row(2, name="y"))
        assert [each["to"]["name"] for each in found["rows"][LABEL]] == ["after", "x", "y"]

    def test_that_are_changed_before_and_after_a_new_one_are_told_apart(self):
        new = row(7, Change.INSERTED)
        assert differences(effects(row(1), new, row(2)), effects(row(2), new, row(1)))

    def test_that_are_others_still_differ(self):
        assert differences(effects(row(1), row(2)), effects(row(1), row(3)))
        assert differences(effects(row(1), row(2)), effects(row(1), row(2, name="other")))


class TestRowsThatItMade:
    def test_are_compared_in_the_order_in_which_they_were_made(self):
        assert keys(effects(row(8, Change.INSERTED), row(3, Change.INSERTED))) == ["8", "3"]

    def test_stay_in_that_order_where_they_are_changed(self):
        """Their keys are no order: those of another run, or random ones, have another."""
        made = (row("f1", Change.INSERTED), row("a2", Change.INSERTED))
        assert keys(effects(*made, row("a2"), row("old"), row("f1")))[2:] == ["old", "f1", "a2"]
