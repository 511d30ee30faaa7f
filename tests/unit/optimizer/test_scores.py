"""The scores of a page, against values worked out by hand."""

import pytest

from igny8_core.business.optimizer.scores import Page, headings, keywords, readability, score, within
from igny8_core.modules.writer.html import words_of


class TestHeadings:
    @pytest.mark.parametrize(
        ("levels", "words", "expected"),
        [
            ([2, 3, 2], 600, 100),
            ([2], 600, 85),
            ([], 10, 70),
            ([2, 4, 2], 600, 70),
            ([3, 2, 2], 600, 70),
            ([1, 1, 2, 2], 600, 60),
            ([2, 3, 4, 2, 2], 601, 100),
            ([2, 2], 601, 90),
        ],
    )
    def test_are_scored_by_number_and_order(self, levels, words, expected):
        assert headings(levels, words=words) == expected


class TestLength:
    @pytest.mark.parametrize(
        ("characters", "expected"), [(0, 0), (1, 0), (29, 95), (30, 100), (60, 100), (61, 95), (80, 0), (500, 0)]
    )
    def test_is_scored_by_what_it_is_off(self, characters, expected):
        assert within(characters, range(30, 61), points_per_character=5) == expected


class TestKeywords:
    @staticmethod
    def scored(*phrases, title="", text=""):
        page = Page(title=title, html="", meta_title="", meta_description="", keywords=phrases)
        return keywords(page, text=text, words=words_of(text))

    @pytest.mark.parametrize(
        ("phrase", "expected"),
        [("rye bread", 100), ("RYE Bread", 100), ("late", 50), ("ry", 0), ("wheat", 0)],
    )
    def test_are_scored_by_where_they_stand(self, phrase, expected):
        text = "About rye bread. " + "word " * 100 + "late"
        assert self.scored(phrase, title="Rye bread", text=text) == expected

    def test_are_scored_by_their_mean(self):
        assert self.scored("rye", "wheat", text="rye") == 35

    def test_that_there_are_none_of_are_no_fault(self):
        assert self.scored(text="rye") == 100


class TestReadability:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            # 206.835 − 1.015 × 3 − 84.6 × 1 = 119.19, cut to 100.
            ("The cat sat.", 100),
            # 7 words, 1 sentence, 14 syllables: 206.835 − 7.105 − 169.2 = 30.53.
            ("A baker bakes little loaves every Sunday.", 31),
            # 4 words, 1 sentence, 5 syllables: 206.835 − 4.06 − 105.75 = 97.025.
            ("Take the table home.", 97),
            ("Internationalization institutionalization.", 0),
            ("", 0),
        ],
    )
    def test_is_flesch_reading_ease(self, text, expected):
        assert readability(text) == expected

    def test_is_better_in_short_sentences(self):
        long = "the loaf is cut and the salt is put in and the oven is hot " * 5
        assert readability(long.replace(" and", ". The one") + ".") > readability(long)


class TestPage:
    def test_has_a_total_that_is_the_mean(self):
        scores = score(Page(title="Rye", html="<p>The cat sat.</p>", meta_title="x" * 40, meta_description=""))
        assert scores.as_json() == {
            "headings": 70, "meta_title": 100, "meta_description": 0, "keywords": 100, "readability": 100, "length": 0,
            "total": 62,
        }  # fmt: skip

    def test_of_nothing_is_scored(self):
        assert score(Page(title="", html="", meta_title="", meta_description="")).readability == 0
