"""Of several differences those that a rule would explain alone are named by it, and come last."""

from datetime import date

import pytest

from migration_harness.comparing.difference import Difference, Kind
from migration_harness.comparing.expected import unexpected_first
from migration_harness.comparing.explanations import Rule


def different(path):
    return Difference(path=path, kind=Kind.VALUE, control=1, candidate=2)


def rule(covers):
    return Rule(name="labels", reason="so", owner="olga", expires=date(2099, 1, 1), covers=covers)


def labels(differences, _call):
    return all(each.path.startswith("label") for each in differences)


def of_two(differences, _call):
    first, second = differences
    return first.path == "label" and second.path == "price"


class TestUnexpectedFirst:
    @pytest.mark.parametrize(
        ("paths", "rules", "expected"),
        [
            (["label1", "price", "label2"], [labels], [("price", ""), ("label1", "labels"), ("label2", "labels")]),
            (["label1", "price"], [], [("label1", ""), ("price", "")]),
            (["label1", "price"], [of_two], [("label1", ""), ("price", "")]),
            (["label1", "label2"], [labels], [("label1", ""), ("label2", "")]),
            (["price"], [labels], [("price", "")]),
        ],
        ids=["one is not", "no rule", "a rule about two raises for one", "all would be alone", "one alone"],
    )
    def test_names_what_a_rule_expects(self, paths, rules, expected):
        found = unexpected_first(tuple(map(different, paths)), [rule(each) for each in rules], {})
        assert [(each.path, each.meant) for each in found] == expected

    def test_lets_pass_what_concerns_the_process(self):
        def interrupted(*_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            unexpected_first((different("a"), different("b")), [rule(interrupted)], {}, (KeyboardInterrupt,))
