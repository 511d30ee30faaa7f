"""The smallest call that still differs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.reviewing.regression.minimising import MOST_RUNS, minimised

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)
MULTIPLE = {"tokens": 10_000}
GATHERED = {"in": 10_000, "out": 0}


def _sum(call):
    return sum(call.values())


class TestMinimised:
    @pytest.mark.parametrize(
        ("call", "same", "smallest"),
        [
            ({"tokens": 98_765}, lambda call: call.get("tokens", 0) >= 1_001, {"tokens": 1_001}),
            ({"tokens": -98_765}, lambda call: call.get("tokens", 0) <= -5, {"tokens": -5}),
            ({"name": "gpt-5.1-mini"}, lambda call: "5" in call.get("name", ""), {"name": "5"}),
            ({"rows": [3, 9, 4, 12]}, lambda call: sum(call.get("rows", [])) > 11, {"rows": [12]}),
            ({"a": 1, "b": {"c": 7, "d": "x"}}, lambda call: call.get("b", {}).get("c"), {"b": {"c": 1}}),
            ({"on": True, "off": True}, lambda call: call.get("on"), {"on": True}),
            ({"tokens": 250_000}, lambda call: call.get("tokens", 1) and not call.get("tokens", 1) % 10_000, MULTIPLE),
            ({"in": 49_999, "out": 1}, lambda call: len(call) > 1 and _sum(call) and not _sum(call) % 10_000, GATHERED),
        ],
        ids=["number", "negative", "text", "list", "optional", "truth", "multiple", "sum"],
    )
    def test_is_as_small_as_the_difference_allows(self, call, same, smallest):
        assert minimised(call, same=same) == smallest

    @given(call=st.dictionaries(st.text(max_size=3), PLAIN, max_size=4), kept=st.integers(0, 20))
    def test_still_differs_and_is_never_longer(self, call, kept):
        def length(value):
            """As it is written, where false is no longer than true."""
            return len(json.dumps(value).replace("false", "true"))

        def same(candidate):
            return length(candidate) >= min(kept, length(call))

        found = minimised(call, same=same)
        assert same(found)
        assert length(found) <= length(call)

    def test_ends_where_every_step_would_be_taken(self):
        runs = []

        def same(candidate):
            runs.append(candidate)
            return candidate["n"] > 0

        minimised({"n": 10**400, "text": "x" * 5_000}, same=lambda candidate: "n" in candidate and same(candidate))
        assert len(runs) <= MOST_RUNS
