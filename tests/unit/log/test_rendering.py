"""Values that are stored and shown: short, safe, and never a secret."""

import json
from dataclasses import dataclass

import pytest

from migration_harness.comparing.comparator import Judgement, Verdict
from migration_harness.comparing.difference import diff
from migration_harness.log.rendering import payload_of, render
from migration_harness.secret import Secret
from tests.unit.hostile import HOSTILE, cycle, nest, shared

KEY = "sk-live-do-not-print-me-0123456789"


@dataclass
class Holder:
    key: Secret
    nested: object


def payload(control, candidate):
    judgement = Judgement(verdict=Verdict.MISMATCH, differences=diff(control, candidate))
    return payload_of(judgement, {"value": control})


class TestRender:
    @pytest.mark.parametrize(
        "value",
        [
            {"a": [Secret(KEY)]}, [(Secret(KEY),)], Holder(Secret(KEY), {"b": Secret(KEY)}), {Secret(KEY): 1},
            {Secret(KEY)}, {(1, Secret(KEY)): 1}, ValueError(KEY), {ValueError(KEY): 1},
        ],
    )  # fmt: skip
    def test_shows_no_part_of_a_secret_wherever_it_is(self, value):
        other = {**value, "x": 1} if isinstance(value, dict) else [value]
        for shown in (render(value), payload(value, other)):
            assert not any(KEY[i : i + 4] in json.dumps(shown) for i in range(len(KEY) - 4))

    @pytest.mark.parametrize("make", HOSTILE)
    def test_shows_whatever_an_object_does(self, make):
        assert "sk-live" not in json.dumps([render(make()), render({"a": [make()]})])

    @pytest.mark.parametrize(
        "value",
        [cycle(), nest(5_000), shared(60), ["x" * 10_000] * 10_000, {n: [n] * 90 for n in range(9_000)}, 10**9_000],
        ids=["cycle", "deep", "shared", "texts", "wide", "number"],
    )
    def test_is_short(self, value):
        assert len(json.dumps(render(value))) < 120_000

    def test_says_how_much_it_leaves_out(self):
        assert render(list(range(300)))[-1] == "… (300 elements)"
        assert render(dict.fromkeys(range(300)))["…"] == "300 keys"

    def test_can_be_stored_by_postgresql(self):
        shown = json.dumps(render({"a\x00": "\x00 \ud800 ok"}))
        assert "\\u0000" not in shown.replace("\\\\", "")
        assert "\\ud800" not in shown
        assert "ok" in shown


class TestPayload:
    def test_shows_a_long_text_where_it_differs(self):
        text = "word " * 2_000
        (shown,) = payload({"html": text + "old" + text}, {"html": text + "new" + text})["differences"]
        assert "old" in shown["control"]
        assert "new" in shown["candidate"]
        assert "20003 characters" in shown["control"]

    def test_has_the_notes(self):
        judgement = Judgement(verdict=Verdict.MISMATCH, differences=diff([1], [1, 2]), notes=("It expired.",))
        shown = payload_of(judgement, {})
        assert (shown["notes"], shown["differences"][0]["note"]) == (["It expired."], "1 and 2 elements")
