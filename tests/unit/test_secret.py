"""A secret can be compared but not printed."""

import copy
import json
import pickle
import traceback

import pytest

from migration_harness.log.rendering import render
from migration_harness.secret import Secret

KEY = "sk-live-do-not-print-me-0123456789"


class TestSecret:
    @pytest.mark.parametrize(
        "shown",
        [str, repr, "{}".format, "{:>40}".format, lambda s: f"{s!r}", lambda s: str([s]), render],
    )
    def test_shows_no_part_of_its_value(self, shown):
        text = str(shown(Secret(KEY)))
        assert not any(KEY[i : i + 4] in text for i in range(len(KEY) - 4))

    def test_shows_a_fingerprint(self):
        assert str(Secret(KEY)).startswith("sha:")
        assert len(str(Secret(KEY))) == len("sha:1a2b3c")

    def test_has_the_fingerprint_of_its_value_and_of_the_installation(self, settings):
        here = Secret(KEY).fingerprint
        assert here == Secret(KEY).fingerprint
        assert here != Secret(KEY + "x").fingerprint
        settings.HARNESS = settings.HARNESS | {"FINGERPRINT_KEY": "another installation"}
        assert here != Secret(KEY).fingerprint

    def test_equals_a_secret_of_the_same_value_and_nothing_else(self):
        assert Secret(KEY) == Secret(KEY)
        assert Secret(KEY) != Secret(KEY + "x")
        assert Secret(KEY) != KEY

    @pytest.mark.parametrize("escape", [pickle.dumps, copy.copy, json.dumps])
    def test_cannot_be_taken_away(self, escape):
        with pytest.raises(TypeError):
            escape(Secret(KEY))

    def test_stays_out_of_a_traceback(self):
        def fail(secret):
            raise ValueError(f"cannot use {secret}")

        with pytest.raises(ValueError, match="cannot use sha:") as caught:
            fail(Secret(KEY))
        assert KEY not in "".join(traceback.format_exception(caught.value))

    def test_gives_its_value_to_who_asks_for_it(self):
        assert Secret(KEY).reveal() == KEY
