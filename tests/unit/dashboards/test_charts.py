"""Charts: what is drawn is what the table behind it says."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from dashboards.charts import Chart, Limit, Series, bars, lines
from dashboards.labels import VERDICTS
from dashboards.templatetags import console

WRONG, RIGHT = VERDICTS["mismatch"], VERDICTS["match"]


def chart(*series, limit=None, labels=("12:00", "12:01", "12:02")):
    return Chart(
        name="compared", title="Compared", unit="calls", over="Minute", labels=labels, limit=limit,
        series=tuple(Series(label=label, values=values) for label, values in series),
    )  # fmt: skip


class TestBars:
    def test_stand_upon_each_other_and_fill_the_box(self):
        (column, *_) = bars(chart((WRONG, (30, 0, 0)), (RIGHT, (30, 0, 15)))).columns
        assert [(bar.tone, bar.y, bar.height) for bar in column.bars] == [("good", 60.0, 60.0), ("bad", 0.0, 60.0)]
        assert column.told == "12:00: 30 match, 30 mismatch"

    def test_are_seen_however_few_they_are(self):
        (column,) = bars(chart((WRONG, (1, 0, 0)), (RIGHT, (100_000, 0, 0)))).columns
        assert [bar.height for bar in column.bars if bar.tone == "bad"] == [3.0]

    def test_are_not_drawn_where_there_is_nothing(self):
        assert bars(chart((RIGHT, (0, None, 0)))).columns == ()


class TestLines:
    def test_are_broken_where_nothing_is_known(self):
        drawn = lines(chart((RIGHT, (1, None, 2)))).strokes
        assert [each.points for each in drawn] == ["0.0,60.0 0.0,60.0", "600.0,0.0 600.0,0.0"]

    def test_leave_room_for_their_limit(self):
        drawn = lines(chart((RIGHT, (1, 1, 1)), limit=Limit(name="at most", value=Decimal(4))))
        assert (drawn.top, drawn.limit_y) == (Decimal(4), 0.0)


class TestChart:
    def test_has_a_number_for_each_label(self):
        with pytest.raises(ValueError, match="one number for each label"):
            chart((RIGHT, (1, 2)))

    @pytest.mark.parametrize("tag", [console.bars, console.lines], ids=["bars", "lines"])
    def test_has_its_numbers_in_a_table_behind_it(self, tag):
        page = BeautifulSoup(tag(chart((WRONG, (2, 0, 1)), (RIGHT, (1_000, 0, 0)))), "html.parser")
        rows = [[cell.text for cell in row.select("td")] for row in page.select("tbody tr")]
        assert rows == [["12:00", "2", "1,000"], ["12:02", "1", "0"]]
        assert [head.text for head in page.select("th")] == ["Minute", "Mismatch", "Match"]

    def test_has_a_name_for_whoever_hears_it_and_a_sign_beside_each_colour(self):
        page = BeautifulSoup(console.bars(chart((WRONG, (2, 0, 0)))), "html.parser")
        named = page.select_one("svg[role=img]")["aria-labelledby"]
        assert page.find(id=named).text == "Compared"
        assert page.select_one(".key.bad").text.split() == ["≠", "2", "mismatch"]

    def test_says_that_it_has_nothing_to_show(self):
        page = BeautifulSoup(console.bars(chart((WRONG, (0, 0, 0)))), "html.parser")
        assert (page.select("svg"), "Nothing to show yet." in page.text) == ([], True)

    def test_has_no_style_that_the_policy_refuses(self):
        assert re.findall(r"\sstyle=|<style|<script", console.bars(chart((WRONG, (2, 1, 3))))) == []


class TestTime:
    NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)

    def test_is_told_from_now_and_as_it_is(self):
        told = BeautifulSoup(console.ago(self.NOW - timedelta(minutes=3), self.NOW), "html.parser")
        assert told.text == "3 min ago 2026-01-02 11:57:00 UTC"

    def test_to_come_is_told_so(self):
        told = BeautifulSoup(console.ago(self.NOW + timedelta(hours=2), self.NOW, short=True), "html.parser")
        assert (told.text, told.time["title"]) == ("in 2 h", "2026-01-02 14:00:00 UTC")

    def test_that_never_was_is_a_dash(self):
        assert console.ago(None, self.NOW) == "–"
