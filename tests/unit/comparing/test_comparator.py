"""How one call is judged."""

from datetime import date

import pytest

from migration_harness.comparing.comparator import Criteria, Verdict, judge, signature_of
from migration_harness.comparing.explanations import Oracle, Rule
from migration_harness.comparing.observation import Observation

TODAY = date(2026, 1, 10)


class Declared(Exception):
    pass


class Special(Declared):
    pass


def returned(value, **fields):
    return Observation(value, None, 1, **fields)


def raised(error):
    return Observation(None, error, 1)


def verdict_of(control, candidate, *explanations, call=None):
    criteria = Criteria(explanations=explanations, errors=(Declared,), root="credits")
    return judge(control, candidate, criteria=criteria, call=call or {}, today=TODAY)


def oracle(*, answer, legacy, expires=date(2026, 12, 31)):
    return Oracle(
        name="price list",
        reason="signed",
        owner="finance",
        expires=expires,
        answer=lambda **_: answer,
        recorded_legacy=lambda **_: legacy,
    )


class TestVerdictWithoutExplanations:
    @pytest.mark.parametrize(
        ("control", "candidate", "expected"),
        [
            (returned(1), returned(1), Verdict.MATCH),
            (returned(1), returned(2), Verdict.MISMATCH),
            (returned(1), raised(Declared()), Verdict.CANDIDATE_ERROR),
            (returned(1), raised(ValueError()), Verdict.CANDIDATE_ERROR),
            (raised(Declared()), raised(Declared()), Verdict.BOTH_ERROR),
            (raised(Declared()), raised(Special()), Verdict.CANDIDATE_ERROR),
            (raised(Declared()), returned(1), Verdict.MISMATCH),
            (raised(ValueError()), raised(ValueError()), Verdict.CONTROL_ERROR),
            (raised(ValueError()), returned(1), Verdict.CONTROL_ERROR),
            (returned(1), returned(1, blocked="database: insert"), Verdict.BLOCKED),
        ],
        ids=[
            "equal", "different", "candidate raises a declared error", "candidate raises another error",
            "same declared error", "another class of it", "candidate swallows a declared error",
            "undeclared on both", "undeclared on the control", "side effect",
        ],
    )  # fmt: skip
    def test_is(self, control, candidate, expected):
        assert verdict_of(control, candidate).verdict is expected


class TestVerdictWithAnOracle:
    @pytest.mark.parametrize(
        ("control", "candidate", "expected"),
        [
            (3, 3, Verdict.MATCH),
            (19, 3, Verdict.INTENDED),
            (19, 4, Verdict.MISMATCH),
            (20, 3, Verdict.MISMATCH),
        ],
        ids=[
            "all agree",
            "candidate right, control as recorded",
            "candidate wrong",
            "control not as recorded",
        ],
    )
    def test_is(self, control, candidate, expected):
        legacy = 3 if control == candidate else 19
        found = verdict_of(returned(control), returned(candidate), oracle(answer=3, legacy=legacy))
        assert found.verdict is expected

    def test_finds_a_candidate_that_only_repeats_the_control(self):
        found = verdict_of(returned(19), returned(19), oracle(answer=3, legacy=19))
        assert found.verdict is Verdict.MISMATCH
        assert [(d.path, d.control, d.candidate) for d in found.differences] == [("credits", 19, 19)]
        assert found.expected == 3

    def test_says_what_was_expected(self):
        assert verdict_of(returned(19), returned(4), oracle(answer=3, legacy=19)).expected == 3

    def test_is_no_longer_intended_when_the_oracle_has_expired(self):
        expired = oracle(answer=3, legacy=19, expires=date(2026, 1, 9))
        found = verdict_of(returned(19), returned(3), expired)
        assert (found.verdict, found.notes) == (
            Verdict.MISMATCH,
            ("The explanation price list expired on 2026-01-09.",),
        )


class TestVerdictWithARule:
    def rule(self, *, expires=date(2026, 12, 31), covers=lambda differences, call: True):
        return Rule(name="default model", reason="planned", owner="product", expires=expires, covers=covers)

    def test_is_intended_where_the_rule_covers_the_difference(self):
        found = verdict_of(returned("gpt-4o-mini"), returned("gpt-5.1"), self.rule())
        assert (found.verdict, found.explanation) == (Verdict.INTENDED, "default model")

    def test_is_a_mismatch_where_it_does_not(self):
        rule = self.rule(covers=lambda differences, call: call.get("kind") == "text")
        assert verdict_of(returned(1), returned(2), rule, call={"kind": "image"}).verdict is Verdict.MISMATCH

    def test_is_a_mismatch_after_the_rule_expired_and_says_so(self):
        found = verdict_of(returned(1), returned(2), self.rule(expires=date(2026, 1, 9)))
        assert found.verdict is Verdict.MISMATCH
        assert found.notes == ("The explanation default model expired on 2026-01-09.",)

    def test_says_nothing_of_an_expired_rule_that_does_not_cover_it(self):
        rule = self.rule(expires=date(2026, 1, 9), covers=lambda differences, call: False)
        assert verdict_of(returned(1), returned(2), rule).notes == ()


class TestSignature:
    def of(self, control, candidate, *, seam="s", group=("g",)):
        return signature_of(seam=seam, judgement=verdict_of(returned(control), returned(candidate)), group=group)

    def test_is_the_same_for_other_values_in_the_same_field(self):
        assert self.of({"a": 1}, {"a": 2}) == self.of({"a": 3}, {"a": 4})

    def test_is_the_same_for_other_elements_and_another_number_of_them(self):
        one, other, both = ([1, 0, 2], [9, 0, 2]), ([1, 0, 2], [1, 0, 9]), ([1, 0, 2], [8, 0, 9])
        assert self.of(*one) == self.of(*other) == self.of(*both)

    @pytest.mark.parametrize(
        "other",
        [
            {"control": {"b": 1}, "candidate": {"b": 2}},
            {"control": {"a": 1}, "candidate": {}},
            {"control": {"a": 1}, "candidate": {"a": 2}, "seam": "t"},
            {"control": {"a": 1}, "candidate": {"a": 2}, "group": ("h",)},
        ],
        ids=["field", "kind", "seam", "group"],
    )
    def test_is_another_one_for_another(self, other):
        assert self.of({"a": 1}, {"a": 2}) != self.of(**other)
