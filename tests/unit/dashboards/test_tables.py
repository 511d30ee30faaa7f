"""Tables: sorted, paged and exported as their address asks."""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.test import RequestFactory

from dashboards.tables import Column, Listed, Table, shown
from dashboards.tables.exporting import exported
from dashboards.templatetags.console import cells


@dataclass(frozen=True)
class Fruit:
    name: str
    weight: int | None
    at: datetime = datetime(2026, 1, 2, tzinfo=UTC)


FRUITS = Table[Fruit](
    name="fruits",
    caption="Fruits",
    columns=(
        Column(name="name", title="Name", value=lambda row: row.name),
        Column(name="weight", title="Weight", value=lambda row: row.weight, is_number=True),
        Column(name="at", title="At", value=lambda row: row.at, sorts=False),
    ),
    per_page=2,
)
ROWS = [Fruit("pear", 3), Fruit("apple", 1), Fruit("plum", None), Fruit("quince", 2), Fruit("cherry", -1)]


def ask(query="", rows=ROWS):
    return shown(RequestFactory().get(f"/fruits/?{query}"), FRUITS, Listed(FRUITS, rows))


def names(found):
    return [row.name for row in found.rows]


class TestColumnOfTheFileAlone:
    TABLE = Table[Fruit](
        name="fruits",
        caption="Fruits",
        columns=(
            Column(name="key", title="Key", value=lambda row: row.name[0], is_shown=False),
            Column(name="name", title="Name", value=lambda row: row.name),
        ),
    )

    def test_is_not_on_the_page(self):
        found = shown(RequestFactory().get("/"), self.TABLE, Listed(self.TABLE, ROWS))
        assert [head.column.name for head in found.heads] == ["name"]
        assert cells(ROWS[0], self.TABLE) == [("Name", "pear", False)]

    def test_is_in_the_file(self):
        told = exported(self.TABLE, ROWS[:1], form="csv", left_off=0).content.decode().split()
        assert told == ["key,name", "p,pear"]


class TestTable:
    def test_shows_its_first_page_in_the_order_of_its_rows(self):
        found = ask()
        assert (names(found), found.first, found.last, found.total) == (["pear", "apple"], 1, 2, 5)

    @pytest.mark.parametrize(
        ("sort", "first_two"),
        [
            ("name", ["apple", "cherry"]),
            ("-name", ["quince", "plum"]),
            ("weight", ["cherry", "apple"]),
            ("-weight", ["pear", "quince"]),
        ],
    )
    def test_is_sorted_by_its_address(self, sort, first_two):
        assert names(ask(f"sort={sort}")) == first_two

    @pytest.mark.parametrize("sort", ["weight", "-weight"])
    def test_has_what_has_no_value_last(self, sort):
        assert names(ask(f"sort={sort}&page=3")) == ["plum"]

    @pytest.mark.parametrize(
        "made_up", ["sort=typo", "sort=at", "sort=--name", "page=0", "page=x", "page=-1", "format=xml"]
    )
    def test_takes_what_is_made_up_for_nothing(self, made_up):
        assert names(ask(made_up)) == ["pear", "apple"]

    @pytest.mark.parametrize("page", ["4", "9" * 9])
    def test_behind_its_last_page_is_at_its_last_page(self, page):
        found = ask(f"page={page}")
        assert (names(found), found.after) == (["cherry"], "")

    def test_keeps_what_else_the_address_asks_for(self):
        found = ask("plan=Free&sort=name&page=2")
        assert found.before == "?plan=Free&sort=name&page=1"
        assert found.after == "?plan=Free&sort=name&page=3"
        assert found.files == [("CSV", "?plan=Free&sort=name&format=csv"), ("JSON", "?plan=Free&sort=name&format=json")]

    def test_turns_its_order_with_a_second_click(self):
        name, weight, at = ask("sort=name").heads
        assert (name.address, name.sorted) == ("?sort=-name", "ascending")
        # A number is looked at from the top.
        assert (weight.address, weight.sorted) == ("?sort=-weight", "none")
        assert at.address == ""

    def test_that_nobody_counts_tells_whether_a_page_follows(self):
        class Uncounted(Listed):
            def count(self):
                return None

        request = RequestFactory().get("/fruits/?page=2")
        found = shown(request, FRUITS, Uncounted(FRUITS, ROWS))
        assert (names(found), found.total, found.after) == (["plum", "quince"], None, "?page=3")
        assert not shown(RequestFactory().get("/fruits/?page=3"), FRUITS, Uncounted(FRUITS, ROWS)).has_more

    def test_writes_its_cells_as_a_page_does(self):
        assert cells(Fruit("pear", 3_000), FRUITS) == [
            ("Name", "pear", False),
            ("Weight", "3,000", True),
            ("At", "2026-01-02 00:00:00 UTC", False),
        ]


class TestFile:
    def test_of_a_table_has_all_pages_in_the_order_of_the_address(self):
        response = ask("format=csv&sort=-name&page=2")
        rows = list(csv.reader(StringIO(response.content.decode())))
        assert rows[0] == ["name", "weight", "at"]
        assert [row[0] for row in rows[1:]] == ["quince", "plum", "pear", "cherry", "apple"]
        assert response["Content-Disposition"] == 'attachment; filename="fruits.csv"'

    def test_has_nothing_that_a_spreadsheet_takes_for_a_formula(self):
        text = ask("format=csv", [Fruit("=1+1", -5)]).content.decode()
        assert text.splitlines()[1] == "'=1+1,-5,2026-01-02T00:00:00+00:00"

    def test_is_json_for_programs(self):
        told = json.loads(ask("format=json", [Fruit("é", None)]).content)
        assert told == {"rows": [{"name": "é", "weight": None, "at": "2026-01-02T00:00:00+00:00"}], "left_off": 0}

    def test_has_money_exactly(self):
        money = Table(name="m", caption="m", columns=(Column(name="usd", title="USD", value=lambda row: row),))
        assert json.loads(exported(money, [Decimal("1E-7")], form="json", left_off=0).content)["rows"] == [
            {"usd": "0.0000001"}
        ]

    def test_says_what_is_left_off(self, monkeypatch):
        monkeypatch.setattr("dashboards.tables.showing.MOST", 2)
        response = ask("format=json")
        assert (json.loads(response.content)["left_off"], response["X-Rows-Left-Off"]) == (3, "3")
