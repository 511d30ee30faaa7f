"""Whatever a seam declares does: one comparison for each compared call, and the caller's answer, always."""

import os
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.auth.models import Plan
from migration_harness.comparing.explanations import Oracle, Rule
from migration_harness.deciding.stages import Stage
from migration_harness.models import Comparison, Epoch
from migration_harness.seams.charge import charge
from migration_harness.testing import fixed_flags, flag_at

from .test_declared import fails_in_the_database, raises, writes
from .test_money_seam import TestMoneySeam as MoneySeam
from .trial import Broken, Trial

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]

EXAMPLES = 3_000 if os.environ.get("SOAK") else 150

ANSWERS = (
    st.none()
    | st.integers()
    | st.booleans()
    | st.floats()
    | st.decimals(allow_nan=True, allow_infinity=True)
    | st.text(st.characters(codec=None, categories=None), max_size=8)
    | st.just("x" * 300_000)
    | st.lists(st.none() | st.text(max_size=3) | st.integers() | st.lists(st.text(max_size=2), max_size=2), max_size=4)
    | st.dictionaries(st.text(max_size=2), st.integers(), max_size=2)
    | st.binary(max_size=4)
    | st.just(object())
    | st.just(Decimal("sNaN"))
)
ERRORS = st.sampled_from([Broken("no"), ValueError(), SystemExit(1), GeneratorExit(), RecursionError(), MemoryError()])


def answering(answer):
    return lambda *_args, **_kwargs: answer


FUNCTIONS = st.one_of(
    ANSWERS.map(answering),
    ERRORS.map(raises),
    st.sampled_from([writes, fails_in_the_database, lambda *_args, **_kwargs: (n for n in "ab")]),
)
PARTS = ["clean", "group_by", "account_plan", "subject", "rule", "expected", "legacy"]
DECLARED = st.dictionaries(st.sampled_from(PARTS), FUNCTIONS, min_size=1)
VALUES = st.sampled_from([3, 19, None, "a", {"a": [1]}, Decimal("1.5"), float("nan")])


def options_of(declared, *, money):
    from datetime import date

    given = dict(declared)
    rule, expected, legacy = given.pop("rule", None), given.pop("expected", None), given.pop("legacy", None)
    common = {"name": "n", "reason": "", "owner": "", "expires": date(9999, 1, 1)}
    if money:
        answer, recorded = expected or answering(3), legacy or answering(19)
        return given | {"explain": [Oracle(**common, answer=answer, recorded_legacy=recorded)]}
    return given | ({"explain": [Rule(**common, covers=rule)]} if rule else {})


def check(call, expected, *, stage):
    before = Comparison.objects.count()
    with fixed_flags(flag_at("f", stage)), transaction.atomic():
        Epoch.objects.count()
        answer = call()
        assert not connection.needs_rollback
        Epoch.objects.count()
    assert answer is expected or answer == expected
    assert Comparison.objects.count() == before + 1
    assert not Plan.objects.filter(name__startswith="written").exists()


laws = settings(max_examples=EXAMPLES)


class TestDeclaredFunctions:
    @laws
    @given(declared=DECLARED, control=VALUES, candidate=VALUES, stage=st.sampled_from([Stage.SHADOW, Stage.LIVE]))
    def test_leave_answer_transaction_and_one_comparison(self, declared, control, candidate, stage):
        trial = Trial(control=control, candidate=candidate, **options_of(declared, money=False))
        check(trial.call, control if stage is Stage.SHADOW else candidate, stage=stage)

    @laws
    @given(declared=DECLARED, stage=st.sampled_from([Stage.SHADOW, Stage.LIVE]), number=st.integers(0, 10**9))
    def test_leave_a_charge_its_price_and_one_comparison(self, declared, stage, number):
        trial = MoneySeam().trial(**options_of(declared, money=True))

        def pay():
            with charge(operation_id=f"op-{number}"):
                return trial.call()

        check(pay, 19 if stage is Stage.SHADOW else 3, stage=stage)
