"""Errors that both sides raise as their contract says: equal only where they say the same."""

from datetime import date

import pytest

from migration_harness.comparing.comparator import Criteria, Verdict, judge, signature_of
from migration_harness.comparing.explanations import Rule
from migration_harness.comparing.observation import Observation
from tests.unit.hostile import RaisesOnEq, Refused, refuse

TODAY = date(2026, 1, 10)


class Declared(Exception):
    pass


class Refusal(Declared):
    """Says why by an attribute, as clients of APIs do."""

    def __init__(self, message="refused", **held):
        super().__init__(message)
        self.__dict__.update(held)


class Short(Declared):
    __slots__ = ("needed",)

    def __init__(self, needed):
        super().__init__()
        self.needed = needed


class SameCode(Declared):
    """Decides for itself: by its code."""

    def __init__(self, code, request):
        super().__init__(code, request)
        self.code = code

    def __eq__(self, other):
        return isinstance(other, SameCode) and self.code == other.code

    __hash__ = None


class Unreadable(Declared):
    args = property(refuse)


class AlwaysEqual(Declared):
    def __eq__(self, other):
        return True

    __hash__ = None


class Group(ExceptionGroup, Declared):
    pass


def caused(error, cause):
    error.__cause__ = cause
    return error


def suppressed(error):
    error.__suppress_context__ = True
    return error


def noted(error, note):
    error.add_note(note)
    return error


def judged(control, candidate, *explanations, passing=()):
    criteria = Criteria(explanations=explanations, errors=(Declared,), root="credits", passing=passing)
    sides = Observation(None, control, 1), Observation(None, candidate, 1)
    return judge(*sides, criteria=criteria, call={}, today=TODAY)


EQUAL = {
    "without arguments": (Declared(), Declared()),
    "arguments": (Declared("no credits", 5), Declared("no credits", 5)),
    "no number": (Declared(float("nan")), Declared(float("nan"))),
    "attributes": (Refusal(status=402), Refusal(status=402)),
    "slots": (Short(5), Short(5)),
    "another cause": (caused(Declared(1), KeyError(1)), caused(Declared(1), None)),
    "another context": (suppressed(Declared(1)), Declared(1)),
    "another note": (noted(Declared(1), "a"), noted(Declared(1), "b")),
    "a class that decides": (SameCode(402, "r-1"), SameCode(402, "r-2")),
    "groups": (Group("two", [Declared(1), Refusal(status=1)]), Group("two", [Declared(1), Refusal(status=1)])),
    "errors as arguments": (Declared(ValueError(1)), Declared(ValueError(1))),
}
DIFFERENT = {
    "an argument": (Declared("5 short"), Declared("6 short"), "raised.args[0]", "5 short", "6 short"),
    "the second argument": (Declared("short", 5), Declared("short", 6), "raised.args[1]", 5, 6),
    "the type of one": (Declared("5"), Declared(5), "raised.args[0]", "5", 5),
    "how many": (Declared(), Declared(5), "raised.args", (), (5,)),
    "an attribute": (Refusal(status=402), Refusal(status=429), "raised.status", 402, 429),
    "inside one": (Refusal(body={"code": 1}), Refusal(body={"code": 2}), "raised.body.code", 1, 2),
    "a slot": (Short(5), Short(6), "raised.needed", 5, 6),
    "what decides": (SameCode(402, "r-1"), SameCode(429, "r-1"), "raised.args[0]", 402, 429),
    "what equals anything": (AlwaysEqual(1), AlwaysEqual(2), "raised.args[0]", 1, 2),
    "a group's message": (Group("two", [Declared(1)]), Group("one", [Declared(1)]), "raised.message", "two", "one"),
    "an error of a group": (Group("g", [Declared(1)]), Group("g", [Declared(2)]), "raised.exceptions[0].args[0]", 1, 2),
    "a class in a group": (
        Group("g", [Declared(1)]), Group("g", [ValueError(1)]), "raised.exceptions[0].class", "Declared", "ValueError",
    ),
}  # fmt: skip


class TestDeclaredError:
    @pytest.mark.parametrize(("control", "candidate"), EQUAL.values(), ids=EQUAL)
    def test_of_both_sides_is_no_difference(self, control, candidate):
        assert judged(control, candidate).verdict is Verdict.BOTH_ERROR

    @pytest.mark.parametrize(("control", "candidate", "path", "ours", "theirs"), DIFFERENT.values(), ids=DIFFERENT)
    def test_that_says_something_else_is_one_with_place_and_values(self, control, candidate, path, ours, theirs):
        found = judged(control, candidate)
        assert found.verdict is Verdict.MISMATCH
        assert (path, ours, theirs) in [(d.path, d.control, d.candidate) for d in found.differences]

    @pytest.mark.parametrize(
        ("control", "candidate"),
        [(Unreadable(), Unreadable()), (Declared(RaisesOnEq()), Declared(RaisesOnEq()))],
        ids=["cannot be read", "cannot be compared"],
    )
    def test_that_cannot_be_compared_is_one_and_says_so(self, control, candidate):
        found = judged(control, candidate)
        assert (found.verdict, found.differences[0].note) == (
            Verdict.MISMATCH,
            "could not be compared: Refused",
        )

    def test_lets_through_what_concerns_the_whole_process(self):
        with pytest.raises(Refused):
            judged(Unreadable(), Unreadable(), passing=(Refused,))

    def test_may_be_explained(self):
        rule = Rule(
            name="new wording",
            reason="clearer",
            owner="product",
            expires=TODAY,
            covers=lambda differences, call: {d.path for d in differences} == {"raised.args[0]"},
        )
        assert judged(Declared("a"), Declared("b"), rule).verdict is Verdict.INTENDED
        assert judged(Declared("a", 1), Declared("b", 2), rule).verdict is Verdict.MISMATCH

    def test_has_one_signature_for_all_values(self):
        def signature(control, candidate):
            return signature_of(seam="s", judgement=judged(control, candidate), group=())

        assert signature(Declared("a"), Declared("b")) == signature(Declared("c"), Declared("d"))
        assert signature(Declared("a"), Declared("b")) != signature(Declared("a"), Refusal("b"))
