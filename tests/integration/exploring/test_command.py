"""``harness explore``: what it prints, how it ends, and what it leaves."""

import json
import sys
from contextlib import suppress
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from migration_harness import queries
from migration_harness.exceptions import NotExplorable
from migration_harness.exploring.explore import explore
from migration_harness.models import ExploredDiscrepancy
from migration_harness.reviewing.reviews import State, review_discrepancy
from migration_harness.seams.boundaries import Boundaries
from migration_harness.seams.seam import Seam
from tests.trial_flag import FLAG

from . import planted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


def ended(*words):
    """Return the code with which the command ends."""
    try:
        call_command("harness", "explore", *words)
    except SystemExit as end:
        return end.code
    except Exception as error:  # noqa: BLE001  As a Python caller has it.
        return getattr(error, "returncode", error)
    return 0


def searched(capsys, seam, *words):
    code = ended(seam.name, "--seconds", "300", "--seed", "4", "--json", *words)
    return code, json.loads(capsys.readouterr().out)


class TestExplore:
    def test_tells_what_was_searched_and_ends_with_one_where_something_is_found(self, capsys):
        code, told = searched(capsys, planted.tiers())
        assert code == 1
        assert (told["seam"], told["seed"], told["no_other_inputs"]) == ("trial.tiers", 4, True)
        assert told["inputs"] >= 4
        assert 0 < told["branches"]["reached"] <= told["branches"]["known"]
        (found,) = told["findings"]
        assert (found["kind"], found["verdict"], found["call"]) == (
            "explored",
            "mismatch",
            {"model": "large", "size": "wide"},
        )

    def test_says_the_same_in_words(self, capsys):
        seam = planted.tiers()
        assert ended(seam.name, "--seconds", "300", "--seed", "4") == 1
        out = capsys.readouterr().out
        signature = ExploredDiscrepancy.objects.get().signature
        assert {'model="large"', 'size="wide"'} <= {word.strip(" ,") for word in out.replace(", ", "\n").splitlines()}
        assert f"harness discrepancies export {signature} --pytest" in out
        assert "there are no others. They reached" in out
        assert out.rstrip().endswith("seed 4.")

    def test_ends_with_zero_where_nothing_is_found(self, capsys, monkeypatch):
        monkeypatch.setattr(planted.state, "wrong", False)
        code, told = searched(capsys, planted.tiers())
        assert (code, told["findings"], told["no_other_inputs"]) == (0, [], True)

    def test_lists_what_is_open_and_discrepancies_lead_there(self, capsys):
        searched(capsys, planted.tiers())
        assert ended() == 0
        assert 'model="large"' in capsys.readouterr().out
        call_command("harness", "discrepancies", "list")
        assert "1 more was found before any traffic: harness explore" in capsys.readouterr().out
        call_command("harness", "discrepancies", "show", ExploredDiscrepancy.objects.get().signature)
        assert "Found by harness explore" in capsys.readouterr().out

    def test_leaves_aside_what_somebody_has_acknowledged(self, capsys):
        seam = planted.tiers()
        _, told = searched(capsys, seam)
        signature = told["findings"][0]["signature"]
        review_discrepancy(signature=signature, state=State.ACKNOWLEDGED, actor="ada", reason="known")
        code, told = searched(capsys, seam)
        assert (code, told["findings"]) == (0, [])
        assert queries.discrepancy(signature).state == "acknowledged"

    def test_names_the_extra_where_its_library_is_missing(self, capsys, monkeypatch):
        for name in [each for each in sys.modules if each.startswith(("hypothesis", "migration_harness.exploring"))]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "hypothesis", None)
        assert ended("trial.tiers") == 1
        assert "pip install 'migration-harness[explore]'" in capsys.readouterr().err

    def test_knows_no_other_seam(self):
        assert ended("trial.typo") == 2


class TestSearch:
    def test_leaves_nothing_of_a_side_that_writes(self):
        def writing(*, name: str) -> str:
            with suppress(Exception):
                Group.objects.create(name=name)
            return name

        seam = _seam(lambda *, name: name, writing)
        (found,) = explore(seam.name, seconds=300, most_inputs=200, seed=1).findings
        assert found.comparison.verdict == "blocked"
        assert not Group.objects.filter(name__in=["x", "y"]).exists()

    def test_ranks_by_money(self):
        def right(*, name: str, cents: int) -> Decimal:
            return Decimal(cents)

        def wrong(*, name: str, cents: int) -> Decimal:
            return Decimal(cents) + {"x": 0, "y": 5, "z": 70}[name]

        Boundaries(seams=("trial.own",), values=lambda: {"name": ["x", "y", "z"], "cents": [1, 100]})
        seam = _seam(right, wrong, measure="cents", group_by=lambda *, name, **_: (name,))
        explore(seam.name, seconds=300, most_inputs=300, seed=1)
        rows = {each.group[0]: each for each in ExploredDiscrepancy.objects.all()}
        assert {name: row.apart for name, row in rows.items()} == {"y": 5, "z": 70}
        ExploredDiscrepancy.objects.filter(pk=rows["y"].pk).update(near=1_000)
        ExploredDiscrepancy.objects.filter(pk=rows["z"].pk).update(near=10)
        assert [(each.discrepancy.group, each.at_risk) for each in queries.explored()] == [
            (("y",), 5_000),
            (("z",), 700),
        ]

    def test_says_which_argument_nobody_knows_a_value_of(self):
        def of_anything(*, thing):
            return thing

        seam = _seam(of_anything, of_anything)
        with pytest.raises(NotExplorable, match="the argument thing"):
            explore(seam.name, seconds=1)


def _seam(control, candidate, **options):
    if "measure" not in options:
        Boundaries(seams=("trial.own",), values=lambda: {"name": ["x", "y"]} if "name" in _names(candidate) else {})
    return Seam(name="trial.own", flag=FLAG, control=control, candidate=candidate, subject=lambda **_: "1", **options)


def _names(function):
    return function.__code__.co_varnames
