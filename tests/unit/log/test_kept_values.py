"""A value comes back from a sample as the same one in an exported test, or the export says that it cannot."""

import json

import pytest

from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.exceptions import NotExportable
from migration_harness.log.rendering import Rendering, payload_of, render
from migration_harness.reviewing.regression.rebuilding import rebuilt_call, refuse_unlike
from migration_harness.reviewing.regression.writing import _imports
from migration_harness.seams.reconstruction import Reconstruction
from tests.unit.log.values import KEPT, TOLD

INSIDE = {
    "an argument": lambda value: value,
    "a list": lambda value: [value],
    "a dict": lambda value: {"a": (value,)},
}


def sample(value):
    """Return a sample as the database gives it back."""
    payload = payload_of(Judgement(verdict=Verdict.MISMATCH), {"value": value, "other": 1})
    return json.loads(json.dumps(payload, sort_keys=True))


def rebuilt(payload):
    def candidate(*, value, other):
        return value

    call = rebuilt_call(candidate, payload["call"], Reconstruction(seams=()), payload["kinds"])
    refuse_unlike(call, payload["call"], payload["kinds"], {})
    return call["value"]


def written(made):
    """Return what the line of an exported test makes."""
    names: dict[str, object] = {}
    exec("\n".join(_imports(made.imports)), names)  # noqa: S102  What the export wrote.
    return eval(made.source, names)  # noqa: S307


@pytest.mark.parametrize("inside", INSIDE.values(), ids=INSIDE)
class TestKeptValue:
    @pytest.mark.parametrize("value", KEPT.values(), ids=KEPT)
    def test_comes_back_the_same(self, inside, value):
        made = rebuilt(sample(inside(value)))
        for again in (made.value, written(made)):
            # Not a number is not equal to itself, and looks alike.
            assert again == inside(value) or repr(again) == repr(inside(value))
            assert type(again) is type(inside(value))

    @pytest.mark.parametrize(("value", "shown"), TOLD.values(), ids=TOLD)
    def test_that_does_not_is_refused_with_the_remedy(self, inside, value, shown):
        with pytest.raises(NotExportable):
            rebuilt(sample(inside(value)))


class TestRender:
    @pytest.mark.parametrize(("value", "shown"), TOLD.values(), ids=TOLD)
    def test_names_what_it_does_not_keep(self, value, shown):
        assert render(value) == shown

    @pytest.mark.parametrize("value", KEPT.values(), ids=KEPT)
    def test_keeps_what_tells_one_value_from_another(self, value):
        assert render(value) == json.loads(json.dumps(render(value)))
        assert render(value) not in ("", type(value).__name__)

    def test_shows_sets_in_an_order_that_is_the_same_in_each_process(self):
        assert render({"c", "a", "b"}) == ["a", "b", "c"]

    def test_says_nothing_of_kinds_that_json_has(self):
        rendering = Rendering()
        rendering.of({"a": [1, "b", None, True, {"c": []}]})
        assert rendering.kinds == {}
