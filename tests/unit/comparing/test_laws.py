"""What holds for all values: short in CI, 100,000 examples with SOAK=1."""

import copy
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from migration_harness.comparing.allowances import Ignore, allowances_of
from migration_harness.comparing.comparator import Criteria, Judgement, judge, signature_of
from migration_harness.comparing.difference import diff
from migration_harness.comparing.observation import Observation
from migration_harness.comparing.paths import Index, Key
from migration_harness.comparing.sure import surely_equal
from migration_harness.log.recorder import _encode
from migration_harness.log.rendering import payload_of
from migration_harness.secret import Secret
from tests.unit.comparing.patching import apply
from tests.unit.hostile import HOSTILE, cycle, nest, shared

TODAY = date(2026, 1, 10)
LAWS = 5
EXAMPLES = 100_000 // LAWS if os.environ.get("SOAK") == "1" else 300
laws = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Price:
    credits: object
    unit: object = "credits"


BERLIN = ZoneInfo("Europe/Berlin")
# Of the night in which summer time ends, as two zones tell them.
HOURS = [
    datetime(2026, 10, 25, hour, tzinfo=zone, fold=fold)
    for hour in (0, 1, 2)
    for zone in (BERLIN, UTC)
    for fold in (0, 1)
]


class Held:
    """An object without an equality of its own."""

    def __init__(self, value):
        self.value = value


KEYS = st.text(max_size=3) | st.integers(-2, 2) | st.sampled_from(["a.b", "", "[0]", "…", ("a", 1), None, True])
SCALARS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.integers() | st.text(max_size=3) | st.binary(max_size=2)
    | st.floats() | st.decimals(allow_nan=True) | st.dates() | st.datetimes() | st.datetimes(timezones=st.just(UTC))
    | st.timedeltas() | st.sampled_from(HOURS) | st.times(timezones=st.sampled_from([None, UTC, BERLIN]))
    | st.sampled_from(["a", "b"]).map(Secret)
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(st.integers(0, 5) | st.text(max_size=2), max_size=4)
        | st.frozensets(st.integers(0, 5), max_size=4)
        | st.builds(Price, inner, inner)
        | st.dictionaries(st.sampled_from(HOURS), inner, max_size=2)
        | st.sets(st.sampled_from(HOURS), max_size=2)
        | st.lists(st.integers(0, 3), max_size=2).map(lambda args: ValueError(*args))
    ),
    max_leaves=15,
)
ODD = st.recursive(
    SCALARS
    | st.sampled_from([*HOSTILE, cycle, lambda: nest(2_000), lambda: shared(8), lambda: list(range(30_000))]).flatmap(
        lambda make: st.builds(make)
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3) | st.builds(Price, inner),
    max_leaves=6,
)


def again(value):
    """Return an equal value made of other objects where those can be told apart."""
    if isinstance(value, Secret):
        return Secret(value.reveal())
    if isinstance(value, Price):
        return Price(again(value.credits), again(value.unit))
    if isinstance(value, ValueError):
        return ValueError(*value.args)
    if isinstance(value, dict):
        return {key: again(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([again(inner) for inner in value])
    return float(repr(value)) if type(value) is float else copy.copy(value)


@st.composite
def changed(draw, value):
    """Change a value somewhere, or take another one."""
    if isinstance(value, list) and value and draw(st.booleans()):
        position = draw(st.integers(0, len(value) - 1))
        return [*value[:position], draw(changed(value[position])), *value[position + 1 :]]
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(list(value)))
        return {**value, key: draw(changed(value[key]))}
    if isinstance(value, list) and draw(st.booleans()):
        return draw(st.permutations(value))
    return draw(VALUES)


PAIRS = VALUES.flatmap(lambda value: st.tuples(st.just(value), changed(value)))


class TestDiff:
    @laws
    @given(VALUES)
    def test_finds_nothing_between_a_value_and_its_like(self, value):
        assert diff(value, value) == ()
        assert diff(value, again(value)) == ()

    @laws
    @given(PAIRS)
    def test_finds_nothing_where_the_quick_way_is_sure(self, pair):
        control, candidate = pair
        for one, other in ((control, candidate), (Held(control), Held(candidate)), ([control], [again(control)])):
            assert diff(one, other) == () or not surely_equal(one, other)

    @laws
    @given(PAIRS)
    @example(({HOURS[8]: 1}, {HOURS[9]: 2}))
    @example(({HOURS[8]: 1}, {HOURS[8]: 2, HOURS[2]: 1}))
    @example(({HOURS[8]}, {HOURS[8], HOURS[2]}))
    @example(({time(2): 1}, {time(2, tzinfo=BERLIN): 1}))
    def test_says_all_that_makes_the_candidate_of_the_control(self, pair):
        control, candidate = pair
        assert diff(apply(diff(control, candidate), control), candidate) == ()

    @laws
    @given(PAIRS, st.booleans())
    def test_says_all_of_what_has_no_order(self, pair, doubled):
        control, candidate = [[[value], value] if doubled else [value] for value in pair]
        control, candidate = [*control, 1, "a", 1], [1, *candidate, "b", 1]
        allowances = allowances_of(
            seam="s", root="result", money=False, unordered=["result", "result[*]"], tolerance={}, ignore=()
        )
        found = diff(control, candidate, allowances=allowances)
        assert diff(apply(found, control), candidate, allowances=allowances) == ()
        assert diff(control, control[::-1], allowances=allowances) == ()

    @laws
    @given(PAIRS)
    def test_finds_nothing_where_all_that_differs_is_ignored(self, pair):
        control, candidate = pair
        found = diff(control, candidate)
        paths = {"result" + "".join(_part(step) for step in d.steps) for d in found}
        rules = [Ignore(path=path, reason="", owner="", expires=TODAY) for path in paths]
        allowances = allowances_of(seam="s", root="result", money=False, unordered=(), tolerance={}, ignore=rules)
        assert diff(control, candidate, allowances=allowances.on(TODAY)) == ()
        later = allowances.on(TODAY + timedelta(days=1))
        assert [d.path for d in diff(control, candidate, allowances=later)] == [d.path for d in found]


def _part(step):
    if isinstance(step, Index):
        return f"[{step.position}]"
    return ".*" if isinstance(step, Key) else "[*]"


class TestJudge:
    @laws
    @given(ODD, ODD)
    def test_never_raises_and_what_it_found_can_be_stored(self, control, candidate):
        sides = Observation(control, None, 1), Observation(candidate, None, 1)
        allowances = allowances_of(
            seam="s", root="result", money=False, ignore=(), unordered=["result", "result.*", "result[*]"],
            tolerance={"result.*": Decimal(1), "result[*]": Decimal(1)},
        )  # fmt: skip
        for criteria in (Criteria(), Criteria(allowances=allowances)):
            judgement = judge(*sides, criteria=criteria, call={"value": control}, today=TODAY)
            assert isinstance(judgement, Judgement)
            signature_of(seam="s", judgement=judgement, group=())
            text = _encode(payload_of(judgement, {"value": control}))
            assert "\\u0000" not in text.replace("\\\\", "")
            assert "sk-live" not in text
            assert len(text) < 4_000_000
