"""The arguments of a call: the other side gets its own, and a change of them is seen."""

import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import date

import pytest

from igny8_core.auth.models import Account
from migration_harness.comparing.explanations import Oracle
from migration_harness.deciding.stages import Side, Stage
from migration_harness.models import Comparison
from migration_harness.seams.charge import charge
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at

from .trial import verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]


class Basket:
    def __init__(self):
        self.items = [1, 2]


@dataclass
class Usage:
    tokens: list[int] = field(default_factory=lambda: [1, 2])


@dataclass(frozen=True)
class Frozen:
    tokens: list[int] = field(default_factory=lambda: [1, 2])


CHANGES = {
    "a list": (lambda: [1, 2], lambda given: given.append(3)),
    "a dictionary": (lambda: {"n": 1}, lambda given: given.update(n=2)),
    "a dictionary's order": (lambda: {"a": 1, "b": 1}, lambda given: given.update(a=given.pop("a"))),
    "a set": (lambda: {1}, lambda given: given.add(2)),
    "a deque": (lambda: deque([1]), lambda given: given.append(2)),
    "a bytearray": (lambda: bytearray(b"a"), lambda given: given.extend(b"b")),
    "a counter": (lambda: Counter("a"), lambda given: given.update("a")),
    "a nested list": (lambda: {"deep": ([1],)}, lambda given: given["deep"][0].append(2)),
    "an object": (Basket, lambda given: setattr(given, "items", [])),
    "an object's list": (Basket, lambda given: given.items.clear()),
    "a new attribute": (Basket, lambda given: setattr(given, "price", 1)),
    "a dataclass": (Usage, lambda given: given.tokens.pop()),
    "what a frozen dataclass holds": (Frozen, lambda given: given.tokens.pop()),
    "a row": (lambda: Account(pk=7, name="n", credits=5), lambda given: setattr(given, "credits", 0)),
    "a row in a list": (lambda: [Account(pk=7, credits=5)], lambda given: setattr(given[0], "credits", 0)),
}
changes = pytest.mark.parametrize(("make", "change"), CHANGES.values(), ids=CHANGES)


def state(value):
    """Say what a value holds, by another way than the harness."""
    if isinstance(value, Account):
        return {name: inner for name, inner in vars(value).items() if name != "_state"}
    if isinstance(value, list):
        return [state(each) for each in value]
    return repr(vars(value)) if hasattr(value, "__dict__") and not isinstance(value, dict) else repr(value)


def seam_of(control, candidate, **options):
    return Seam(name="trial", flag="f", control=control, candidate=candidate, subject=lambda **_: "1", **options)


def keeps(*, given):
    return "same"


class TestOtherSideThatChangesAnArgument:
    @pytest.mark.covering(together=2)
    @changes
    @pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])
    @pytest.mark.parametrize("pure", [False, True], ids=["in order", "declared pure"])
    def test_is_blocked_and_changes_nothing_for_its_caller(self, make, change, stage, pure):
        seen = []

        def changing(*, given):
            change(given)
            return "same"

        def reading(*, given):
            seen.append(state(given))
            return "same"

        sides = (reading, changing) if stage is Stage.SHADOW else (changing, reading)
        seam, given = seam_of(*sides, pure=pure), make()
        before = state(given)
        with fixed_flags(flag_at("f", stage)):
            for _ in range(6):
                assert seam(given=given) == "same"
        assert (state(given), seen) == (before, [before] * 6)
        assert {(c.verdict, c.judgement) for c in told()} == {("blocked", "argument given")}

    def test_prices_no_charge_by_what_it_changed(self):
        def control(*, usage):
            return sum(usage)

        def candidate(*, usage):
            usage.clear()
            return 3

        oracle = Oracle(
            name="o", reason="", owner="", expires=date(9999, 1, 1),
            answer=lambda **_: 3, recorded_legacy=lambda *, usage: sum(usage),
        )  # fmt: skip
        seam = seam_of(control, candidate, money=True, measure="credits", pure=True, explain=[oracle])
        prices = set()
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            for number in range(12):
                with charge(operation_id=f"op-{number}"):
                    prices.add(seam(usage=[19]))
        assert prices == {19}
        assert set(verdicts()) == {"blocked"}


class TestAnsweringSideThatChangesAnArgument:
    @changes
    def test_does_so_for_its_caller_and_not_for_the_other_side(self, make, change):
        seen = []

        def changing(*, given):
            change(given)
            return "same"

        def reading(*, given):
            seen.append(state(given))
            return "same"

        given = make()
        before = state(given)
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            seam_of(changing, reading, pure=True)(given=given)
        assert seen == [before] != [state(given)]
        assert [(c.verdict, c.judgement) for c in told()] == [("blocked", "argument given")]


class TestArgument:
    @pytest.mark.parametrize("given", [7, "text", (1, "a"), frozenset((1,)), None, Side.CONTROL], ids=repr)
    def test_that_nobody_can_change_is_passed_as_it_is(self, given):
        got = []

        def side(*, given):
            got.append(given)
            return "same"

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            seam_of(side, side)(given=given)
        assert [each is given for each in got] == [True, True]
        assert verdicts() == ["match"]

    def test_that_is_only_read_is_no_difference(self):
        """Reading fills what an object keeps for the next time: a relation, a deferred field, a private attribute."""

        class Lazy:
            def __init__(self):
                self._cached = None

            def read(self):
                self._read = True

        def side(*, given):
            given.read()
            return "same"

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            seam_of(side, side)(given=Lazy())
        assert verdicts() == ["match"]

    @pytest.mark.parametrize("options", [{"pure": True}, {}], ids=["guaranteed", "watched"])
    def test_that_cannot_be_copied_is_the_other_sides_only_where_nothing_is_guaranteed(self, options):
        ran = []

        def candidate(*, given):
            ran.append(given)
            return "same"

        lock = threading.Lock()
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert seam_of(keeps, candidate, **options)(given=lock) == "same"
        assert ran == ([] if options else [lock])
        assert verdicts() == (["blocked"] if options else ["match"])

    def test_given_by_position_is_named_by_its_place(self):
        def changing(given):
            given.append(1)
            return "same"

        seam = Seam(name="t", flag="f", control=lambda given: "same", candidate=changing, subject=lambda given: "1")
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            seam([1])
        assert [(c.verdict, c.judgement) for c in told()] == [("blocked", "argument #1")]


class _Told:
    def __init__(self, row, sample):
        self.verdict = row.verdict
        self.judgement = sample


def told():
    """Return each comparison's verdict and what was blocked."""
    from migration_harness.models import ComparisonSample

    samples = {each.signature: each.payload["differences"] for each in ComparisonSample.objects.all()}
    rows = Comparison.objects.order_by("id")
    return [
        _Told(row, next(v for d in samples[row.signature] for v in (d["control"], d["candidate"]) if v is not None))
        for row in rows
    ]
