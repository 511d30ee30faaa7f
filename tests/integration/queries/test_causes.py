"""One mistake that differs in many groups is one cause; another one is another."""

import pytest
from django.core.management import call_command

from migration_harness import queries
from migration_harness.deciding.stages import Stage
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at

pytestmark = pytest.mark.django_db
GROUPS = ["clustering", "linking", "ideas"]


def renamed(price):
    return price["input_cost"]


def candidate(*, operation, wrong):
    return {"price": 2} if wrong == "value" else renamed({"cost_per_1k_input": operation})


@pytest.fixture
def differing(own_seams):
    seam = Seam(
        name="trial",
        flag="f",
        control=lambda *, operation, wrong: {"price": 1},
        candidate=candidate,
        subject=lambda **_: "7",
        group_by=lambda *, operation, wrong: operation,
    )
    with fixed_flags(flag_at("f", Stage.SHADOW)):
        for operation in GROUPS:
            seam(operation=operation, wrong="name")
        for operation in GROUPS[:2]:
            seam(operation=operation, wrong="value")


PLACE = f"candidate at tests/integration/queries/test_causes.py:{renamed.__code__.co_firstlineno + 1} in renamed"


@pytest.mark.usefixtures("differing")
class TestCauses:
    def test_are_where_it_raises_and_what_differs(self):
        causes = queries.causes_of(queries.discrepancies())
        assert [(each.verdict, each.what, each.count, len(each.discrepancies)) for each in causes] == [
            ("candidate_error", PLACE, 3, 3),
            ("mismatch", "result.price", 2, 2),
        ]

    def test_are_told_by_the_list(self, capsys):
        call_command("harness", "discrepancies", "list")
        said = " ".join(capsys.readouterr().out.split())
        assert "3 of them have one cause (trial, candidate_error)" in said
        assert "2 of them have one cause (trial, mismatch): result.price. 2 comparisons:" in said

    def test_are_in_what_scripts_read(self, capsys):
        call_command("harness", "discrepancies", "list", "--json")
        assert capsys.readouterr().out.count(f'"cause": "{PLACE}"') == 3
