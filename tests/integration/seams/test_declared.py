"""What a seam declares: asked under guard, by name, on values of its own; whatever it does, the comparison is kept."""

import asyncio
import functools
from decimal import Decimal
from itertools import count

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils.functional import SimpleLazyObject

from igny8_core.auth.models import Plan
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.models import Comparison
from migration_harness.seams.charge import charge
from migration_harness.seams.seam import Seam
from migration_harness.seams.write_seam import WriteSeam
from migration_harness.testing import fixed_flags, flag_at

from .test_money_seam import TestMoneySeam as MoneySeam
from .trial import Broken, Trial, verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]

PARTS = ["clean", "group_by", "account_plan", "subject"]


def raises(error):
    def ask(*_args, **_kwargs):
        raise error

    return ask


def writes(*_args, **_kwargs):
    Plan.objects.create(name="written by what a seam declares", included_credits=1)
    return "1"


def fails_in_the_database(*_args, **_kwargs):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")


DOING = {
    "raises": raises(Broken("planted")),
    "panics": raises(SystemExit(1)),
    "yields up": raises(GeneratorExit()),
    "writes": writes,
    "fails in the database": fails_in_the_database,
}
doing = pytest.mark.parametrize("function", DOING.values(), ids=DOING)
NONSENSE = {
    "nothing": None,
    "a number": 7.5,
    "NaN": Decimal("NaN"),
    "an object": object(),
    "a dictionary": {"a": 1},
    "a list of nothing": [None],
    "a nested list": [["a"]],
    "a huge text": "x" * 1_000_000,
    "NUL": "a\x00b",
    "half a pair": "\ud800",
}


def verdict_of(part, function):
    """A side effect that is tried while the results are looked at may be theirs."""
    return "blocked" if part == "clean" and function is writes else "mismatch"


nonsense = pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
stages = pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.LIVE])


class TestDeclaredFunction:
    @pytest.mark.covering(together=2)
    @doing
    @stages
    @pytest.mark.parametrize("part", PARTS)
    def test_leaves_answer_transaction_and_comparison(self, part, stage, function):
        trial = Trial(**{part: function})
        with fixed_flags(flag_at("f", stage)), transaction.atomic():
            Plan.objects.create(name="the caller's", included_credits=1)
            assert trial.call() == ("old" if stage is Stage.SHADOW else "new")
            assert not connection.needs_rollback
        assert list(Plan.objects.values_list("name", flat=True)) == ["the caller's"]
        assert verdicts() == [verdict_of(part, function)]

    @pytest.mark.covering(together=2)
    @doing
    @stages
    @pytest.mark.parametrize("part", PARTS)
    def test_makes_a_match_no_match(self, part, stage, function):
        with fixed_flags(flag_at("f", stage)):
            Trial(control="same", candidate="same", **{part: function}).call()
        assert verdicts() == [verdict_of(part, function)]

    @pytest.mark.covering(together=2)
    @doing
    @stages
    @pytest.mark.parametrize("part", PARTS)
    def test_leaves_a_charge_its_price_and_its_evidence(self, part, stage, function):
        trial = MoneySeam().trial(**{part: function})
        with fixed_flags(flag_at("f", stage)), charge(operation_id="op") as made:
            assert trial.call() == (19 if stage is Stage.SHADOW else 3)
        (kept,) = Comparison.objects.all()
        assert (
            (made.control_measure, made.candidate_measure) == (kept.control_measure, kept.candidate_measure) == (19, 3)
        )
        assert (kept.verdict, kept.operation_id) == (verdict_of(part, function), "op")

    @pytest.mark.covering
    @nonsense
    @pytest.mark.parametrize("part", ["group_by", "account_plan", "subject"])
    def test_may_answer_nonsense(self, part, answer):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert Trial(control="same", candidate="same", **{part: lambda **_: answer}).call() == "same"
        assert len(verdicts()) == 1

    def test_says_in_the_sample_which_it_was(self):
        from migration_harness.models import ComparisonSample

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            Trial(control="same", candidate="same", group_by=raises(Broken())).call()
        (sample,) = ComparisonSample.objects.all()
        assert sample.explanation == "group_by failed"
        assert [(d["path"], d["candidate"]) for d in sample.payload["differences"]] == [("group_by", "raised Broken")]


class TestClean:
    @stages
    @pytest.mark.parametrize("change", [lambda v: v.pop("price"), lambda v: v.clear()], ids=["pop", "clear"])
    def test_gets_a_value_of_its_own(self, stage, change):
        answer = {"price": 1, "deep": [1]}
        trial = Trial(control=lambda _: answer, candidate=lambda _: {"price": 1, "deep": [1]}, clean=change)
        with fixed_flags(flag_at("f", stage)):
            assert trial.call() == {"price": 1, "deep": [1]}
        assert answer == {"price": 1, "deep": [1]}
        assert verdicts() == ["match"]

    def test_does_not_lose_every_second_call(self):
        turn = count()
        trial = Trial(
            control=lambda _: {"a": 1} if next(turn) % 2 else None, candidate={"a": 1}, clean=lambda value: value["a"]
        )
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            for _ in range(10):
                trial.call()
        assert sorted(verdicts()) == ["match"] * 5 + ["mismatch"] * 5


class TestLazyAnswer:
    @pytest.mark.parametrize("clean", [None, list], ids=["as it is", "cleaned"])
    @pytest.mark.parametrize(
        "make",
        [lambda: (n for n in (1, 2)), lambda: map(str, (1, 2)), lambda: zip((1,), (2,), strict=True)],
        ids=["generator", "map", "zip"],
    )
    @stages
    def test_that_is_consumed_reaches_the_caller_whole(self, make, clean, stage):
        trial = Trial(control=lambda _: make(), candidate=lambda _: make(), clean=clean)
        with fixed_flags(flag_at("f", stage)):
            assert list(trial.call()) == list(make())
        assert verdicts() == ["mismatch"]

    def test_of_a_query_stays_unread_for_the_caller(self):
        def rows(_):
            return get_user_model().objects.order_by("pk")

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            answer = Trial(control=rows, candidate=rows).call()
        assert answer._result_cache is None
        assert len(verdicts()) == 1

    def test_that_fails_in_the_database_aborts_nothing(self):
        def failing(_):
            return get_user_model().objects.extra(where=["1/0 = 1"])

        with fixed_flags(flag_at("f", Stage.SHADOW)), transaction.atomic():
            Trial(control=lambda _: [], candidate=failing, clean=list).call()
            assert Plan.objects.count() >= 0
        assert verdicts() == ["mismatch"]

    def test_that_writes_is_refused(self):
        def lazy(_):
            return SimpleLazyObject(lambda: Plan.objects.create(name="lazily", included_credits=1))

        with fixed_flags(flag_at("f", Stage.SHADOW)), transaction.atomic():
            Trial(control="old", candidate=lazy, clean=lambda value: getattr(value, "name", value)).call()
        assert not Plan.objects.filter(name="lazily").exists()
        assert verdicts() == ["blocked"]


class TestArgumentsByName:
    """However a call is made, what a seam declares gets its arguments by name."""

    def seam(self, seen, **options):
        def control(account, operation="write", *rest, model="a", **more):
            return "same"

        def note(name, answer):
            def ask(*, account, operation, **others):
                seen.append((name, account, operation, others))
                return answer

            return ask

        return Seam(
            name="trial",
            flag="f",
            control=control,
            candidate=lambda *_args, **_kwargs: "other",
            subject=note("subject", "7"),
            group_by=note("group_by", ("g",)),
            account_plan=note("account_plan", "free"),
            **options,
        )

    @pytest.mark.parametrize(
        ("args", "kwargs", "others"),
        [
            ((7, "write"), {}, {"model": "a"}),
            ((7,), {"operation": "write"}, {"model": "a"}),
            ((7,), {}, {"model": "a"}),
            ((), {"account": 7, "model": "b"}, {"model": "b"}),
            ((7, "write", 1, 2), {"extra": 3}, {"model": "a", "rest": (1, 2), "extra": 3}),
        ],
        ids=["by position", "mixed", "by default", "by name", "with more of both"],
    )
    def test_are_bound_once(self, args, kwargs, others):
        seen = []
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            assert self.seam(seen)(*args, **kwargs) == "same"
        assert {name for name, *_ in seen} == {"subject", "group_by", "account_plan"}
        assert all(rest == [7, "write", others] for _, *rest in seen)
        assert list(Comparison.objects.values_list("account_id", "account_plan", "group")) == [("7", "free", ["g"])]

    def test_reach_the_sample(self):
        from migration_harness.models import ComparisonSample

        with fixed_flags(flag_at("f", Stage.SHADOW)):
            self.seam([])(7, "write")
        assert ComparisonSample.objects.get().payload["call"] == {"account": 7, "operation": "write"}

    def test_are_given_by_position_to_what_names_them_otherwise(self):
        seam = Seam(
            name="t",
            flag="f",
            control=lambda account: 1,
            candidate=lambda account: 1,
            subject=lambda customer: customer,
        )
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            seam(7)
        assert Comparison.objects.get().account_id == "7"

    def test_are_only_those_that_are_taken(self):
        seam = Seam(
            name="t", flag="f", control=lambda a, b: 1, candidate=lambda a, b: 1, subject=lambda a: a
        )  # fmt: skip
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            seam(7, b=2)
        assert Comparison.objects.get().account_id == "7"


async def coroutine(**_):
    return 1


async def async_generator(**_):
    yield 1


def generator(**_):
    yield 1


class Called:
    async def __call__(self, **_):
        return 1


UNFINISHED = {
    "coroutine": coroutine,
    "generator": generator,
    "async generator": async_generator,
    "partial": functools.partial(coroutine, a=1),
    "object": Called(),
    "method": Called().__call__,
}


def plain(**_):
    return "1"


class TestUnfinishedFunction:
    @pytest.mark.covering
    @pytest.mark.parametrize("function", UNFINISHED.values(), ids=UNFINISHED)
    @pytest.mark.parametrize("part", ["control", "candidate", "subject", "group_by", "account_plan", "clean"])
    def test_is_refused_by_a_seam(self, part, function):
        parts = {"control": plain, "candidate": plain, "subject": plain} | {part: function}
        with pytest.raises(HarnessMisconfigured, match=f"t: {part} is a"):
            Seam(name="t", flag="f", **parts)

    @pytest.mark.covering
    @pytest.mark.parametrize("function", UNFINISHED.values(), ids=UNFINISHED)
    @pytest.mark.parametrize("part", ["control", "candidate", "subject", "key"])
    def test_is_refused_by_a_write_seam(self, part, function):
        parts = {"control": plain, "candidate": plain, "subject": plain, "key": plain} | {part: function}
        with pytest.raises(HarnessMisconfigured, match=f"t: {part} is a"):
            WriteSeam(name="t", flag="f", **parts)

    def test_that_is_hidden_is_no_match_and_reaches_the_caller(self):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            answer = Trial(control=lambda _: coroutine(), candidate=lambda _: coroutine()).call()
            assert asyncio.run(answer) == 1
        assert verdicts() == ["mismatch"]
