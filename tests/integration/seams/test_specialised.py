"""A seam's call, written out for the names of its control: as if the side that answers had been called."""

import pytest

from migration_harness.deciding.stages import Stage
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at, flag_state

from .trial import verdicts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_seams")]

FLAGS = {
    "off": flag_at("f", Stage.OFF),
    "live": flag_at("f", Stage.LIVE),
    "complete": flag_at("f", Stage.COMPLETE),
    "complete for some": flag_state("f", stage=Stage.COMPLETE, included=frozenset({"7"})),
    "shadow": flag_at("f", Stage.SHADOW),
}


def by_name(*, account, kind):
    return ("old", account, kind)


def by_either(account, kind):
    return ("old", account, kind)


def with_default(*, account, kind="usual"):
    return ("old", account, kind)


def with_another_default(*, account, kind="other"):
    return ("new", account, kind)


def seam(control, *, candidate=None, **declared):
    return Seam(
        name="t.specialised",
        flag="f",
        control=control,
        candidate=candidate or (lambda account, kind: ("new", account, kind)),
        **{"subject": lambda *, account, **_: account, **declared},
    )


def is_specialised(found):
    return type(found) is not Seam


class TestSpecialised:
    @pytest.mark.parametrize("flag", FLAGS.values(), ids=FLAGS)
    @pytest.mark.parametrize("control", [by_name, by_either], ids=["by name alone", "by position, too"])
    def test_answers_as_the_side_whose_turn_it_is(self, flag, control):
        new = flag.stage is not Stage.SHADOW and (flag.everyone or flag.included)
        with fixed_flags(flag):
            assert seam(control)(account=7, kind="k") == ("new" if new else "old", 7, "k")

    @pytest.mark.parametrize("flag", FLAGS.values(), ids=FLAGS)
    def test_gives_arguments_on_as_they_were_passed(self, flag):
        called = seam(by_either)
        with fixed_flags(flag):
            named = called(account=7, kind="k")
            assert [called(7, "k"), called(7, kind="k"), called(kind="k", account=7)] == [named] * 3

    @pytest.mark.parametrize("flag", [FLAGS["off"], FLAGS["complete for some"]], ids=["off", "complete for some"])
    @pytest.mark.parametrize(
        ("args", "kwargs"),
        [((), {}), ((), {"account": 7}), ((), {"account": 7, "kind": "k", "more": 1}), ((7,), {"kind": "k"})],
        ids=["nothing", "one is missing", "one too many", "by position"],
    )
    def test_leaves_a_call_that_does_not_fit_to_the_side(self, flag, args, kwargs):
        with fixed_flags(flag), pytest.raises(TypeError) as refused:
            seam(by_name, candidate=by_name)(*args, **kwargs)
        with pytest.raises(TypeError) as by_the_side:
            by_name(*args, **kwargs)
        assert str(refused.value) == str(by_the_side.value)

    def test_leaves_each_side_its_own_default(self):
        called = seam(with_default, candidate=with_another_default)
        with fixed_flags(FLAGS["off"]):
            assert called(account=7) == ("old", 7, "usual")
        with fixed_flags(FLAGS["complete"]):
            assert called(account=7) == ("new", 7, "other")

    def test_compares_what_is_compared(self):
        with fixed_flags(FLAGS["shadow"]):
            seam(by_name)(account=7, kind="k")
            seam(by_either)(7, "k")
        assert verdicts() == ["mismatch", "mismatch"]

    def test_asks_sides_that_were_replaced(self):
        called = seam(by_name)
        called.control = lambda *, account, kind: "replaced"
        with fixed_flags(FLAGS["off"]):
            assert called(account=7, kind="k") == "replaced"

    @pytest.mark.parametrize(
        ("declared", "specialised"),
        [
            ({"control": by_name}, True),
            ({"control": by_either}, True),
            ({"control": with_default}, False),
            ({"control": lambda *args, **kwargs: None}, False),
            ({"control": lambda: None}, False),
            ({"control": by_name, "money": True, "measure": "credits"}, False),
            ({"control": with_default, "candidate": with_default, "foreseen": ("kind",)}, False),
        ],
        ids=["names", "names by position", "a default", "anything", "nothing", "money", "foreseen"],
    )
    def test_is_made_where_a_call_by_names_says_all(self, declared, specialised):
        assert is_specialised(seam(**declared)) == specialised

    def test_is_a_seam_like_any_other(self):
        found = seam(by_name)
        assert (isinstance(found, Seam), type(found).__name__, type(found).__module__) == (
            True, "Seam", Seam.__module__,
        )  # fmt: skip
