"""No fragment of a key in what is kept of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.operations.masking import SHORTEST, quotes, without
from migration_harness.secret import Secret

KEY = Secret("sk-planted-1234567890abcdef")


class TestMasking:
    @pytest.mark.parametrize(
        ("value", "kept"),
        [
            ("nothing of it", "nothing of it"),
            (f"Bearer {KEY.reveal()}!", f"Bearer {KEY.fingerprint}!"),
            ("ends 0abcdef", "ends 0abcdef"),
            ("ends 90abcdef", f"ends {KEY.fingerprint}"),
            ({"sk-planted-": ["planted-123", 5, None]}, {KEY.fingerprint: [KEY.fingerprint, 5, None]}),
        ],
        ids=["none", "whole", "too short", "the end", "nested"],
    )
    def test_puts_the_fingerprint_in_place_of_a_fragment(self, value, kept):
        assert without(value, [KEY]) == kept

    def test_leaves_all_where_a_key_is_shorter_than_a_fragment(self):
        assert without("open sesame", [Secret("sesame")]) == "open sesame"

    @given(st.text("ab", max_size=20), st.integers(0, 19), st.integers(SHORTEST, 27), st.text("ab", max_size=20))
    def test_leaves_no_fragment(self, before, start, length, after):
        kept = without(before + KEY.reveal()[start : start + length] + after, [KEY])
        assert not any(KEY.reveal()[at : at + SHORTEST] in kept for at in range(len(KEY.reveal()) - SHORTEST + 1))


class TestQuotes:
    def test_a_secret_whose_fragment_stands_in_a_text(self):
        secret = Secret("abcdefghijklmnop")
        assert (quotes("x cdefghij y", secret), quotes("x cdefghi y", secret)) == (True, False)
