"""Stand-ins for text of people."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration_harness.operations.standing_in import StandIns


@pytest.fixture
def stand_ins():
    return StandIns(b"a key")


class TestStandIns:
    def test_keep_length_and_shape(self, stand_ins):
        text = "How to Oil OAK, in 3 days"
        found = stand_ins.text(text)
        assert re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", found)) == "Aaa aa Aaa AAA, aa 3 aaaa"
        assert "Oil" not in found

    def test_are_the_same_for_the_same_word(self, stand_ins):
        one, other = stand_ins.text("oak table"), stand_ins.text("Oak bench")
        assert one.split()[0] == other.split()[0].lower()

    def test_are_others_in_another_export(self, stand_ins):
        assert stand_ins.text("oak table") != StandIns(b"another key").text("oak table")

    def test_leave_html_and_markers(self, stand_ins):
        found = stand_ins.text('<h2 class="x">Oak</h2> &amp; [[sandbox fault=prose]]')
        assert re.fullmatch(r'<h2 class="x">[A-Z][a-z]{2}</h2> &amp; \[\[sandbox fault=prose\]\]', found)

    def test_of_json_keep_its_keys(self, stand_ins):
        found = json.loads(stand_ins.text('{"links": [{"content_id": 17, "anchor": "oak table"}]}'))
        assert (list(found), found["links"][0]["content_id"]) == (["links"], 17)
        assert found["links"][0]["anchor"] == stand_ins.text("oak table")

    def test_take_only_what_is_said(self, stand_ins):
        answer = {"model": "gpt", "choices": [{"message": {"content": "oak"}}]}
        found = stand_ins.said(answer, {"content"})
        assert (found["model"], found["choices"][0]["message"]["content"] == "oak") == ("gpt", False)

    @given(st.text())
    def test_are_as_long_as_the_text(self, text):
        assert len(StandIns(b"k").text(text)) == len(text) or text.lstrip()[:1] in {"{", "["}
