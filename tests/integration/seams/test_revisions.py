"""What a comparison is evidence for."""

import importlib
import subprocess
import sys
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from igny8_core.ai.seams import default_model
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.business.billing.seams import credit_cost
from migration_harness import checks
from migration_harness.deciding.stages import Stage
from migration_harness.models import Comparison
from migration_harness.seams import parts, revisions
from migration_harness.testing import fixed_flags, flag_at

from .revised import ORACLE, RULE, seam_with

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _own_registry(own_seams, monkeypatch):
    monkeypatch.setattr(revisions, "run_time_parts", [])


OTHER = "RATE = 1\ndef price(**_): return RATE\ndef words(*, account): return ()\n"
FILES = {
    "parcel/__init__.py": "",
    "parcel/pricing.py": "from parcel.rates import RATE\ndef price(**_): return RATE\nclass Price:\n    rate = 1\n",
    "parcel/rates.py": "RATE = 1\n",
    "parcel/other.py": OTHER,
    "parcel/views.py": "from parcel import pricing\n",
    "parcel/seams.py": "",
    "parcel/list.csv": "a,1\n",
}


@pytest.fixture
def parcel(tmp_path, monkeypatch):
    """A package; returns a function that declares a seam in it as a new process would, after some edits."""
    monkeypatch.syspath_prepend(tmp_path)
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content)

    def revision(declared="candidate=pricing.price", **edits):
        for name, content in edits.items():
            (
                tmp_path / "parcel" / f"{name}.py"
                if name == "__init__"
                else tmp_path / "parcel" / name.replace("__", ".")
            ).write_text(content)
        for name in [each for each in sys.modules if each.partition(".")[0] == "parcel"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        parts.forget()
        names = {"seam_with": seam_with, "RULE": RULE, "ORACLE": ORACLE, "__name__": "parcel.seams"}
        exec(  # noqa: S102  A module that declares a seam.
            compile(f"{IMPORTS}\nmade = seam_with({declared})", "seams.py", "exec"), names
        )
        return revisions.revision_of(names["made"])

    yield revision
    parts.forget()
    for name in [each for each in sys.modules if each.partition(".")[0] == "parcel"]:
        del sys.modules[name]


IMPORTS = """
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from parcel import other, pricing
from igny8_core.business.billing.models import AIModelConfig
def at(rate):
    def price(**_): return rate
    return price
class Priced:
    def __init__(self, rate): self.rate = rate
    def __call__(self, **_): return self.rate
HERE = Path(pricing.__file__).parent
"""


class TestRevision:
    @pytest.mark.parametrize(
        "edit",
        [
            {"pricing__py": "def price(**_): return 2\n"},
            {"rates__py": "RATE = 2\n"},
            {"__init__": "import os\n"},
            {"seams__py": "TOLERANCE = 2\n"},
        ],
        ids=["candidate", "what it imports", "its package", "where the seam is declared"],
    )
    def test_is_another_with_other_code_that_the_candidate_runs_on(self, parcel, edit):
        assert parcel() != parcel(**edit)

    @pytest.mark.parametrize(
        "edit",
        [
            {"views__py": "def view(request): ...\n"},
            {"other__py": "RATE = 2\ndef price(**_): return RATE\ndef words(*, account): return ()\n"},
            {"more__py": "RATE = 1\n"},
            {"notes__txt": "x"},
            {"rates__py": "# By finance.\nRATE = (1)\n"},
        ],
        ids=["who calls it", "beside it", "added", "no code", "layout"],
    )
    def test_is_the_same_with_an_edit_elsewhere(self, parcel, edit):
        assert parcel() == parcel(**edit)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("candidate=pricing.price", "candidate=pricing.Price"),
            ("candidate=partial(pricing.price, rate=1)", "candidate=partial(pricing.price, rate=2)"),
            ("candidate=partial(pricing.price, 1)", "candidate=partial(pricing.price, Decimal(1))"),
            ("candidate=at(1)", "candidate=at(2)"),
            ("candidate=at(pricing.price)", "candidate=at(other.price)"),
            ("candidate=Priced(1)", "candidate=Priced(2)"),
            ("candidate=Priced(1).__call__", "candidate=Priced(2).__call__"),
            ("candidate=pricing.price, measure='credits'", "candidate=pricing.price, measure='USD'"),
            ("candidate=pricing.price, budget_ms=5", "candidate=pricing.price, budget_ms=6"),
            ("candidate=pricing.price", "candidate=pricing.price, errors=(KeyError,)"),
            (
                "candidate=pricing.price, tolerance={'result.a': Decimal(1)}",
                "candidate=pricing.price, tolerance={'result.a': Decimal(2)}",
            ),
            ("candidate=pricing.price", "candidate=pricing.price, unordered=['result.a']"),
            ("candidate=pricing.price", "candidate=pricing.price, runs_on=[HERE / 'list.csv']"),
            ("candidate=pricing.price", "candidate=pricing.price, runs_on=['parcel.other']"),
            ("candidate=pricing.price", "candidate=pricing.price, runs_on=[AIModelConfig]"),
        ],
        ids=[
            "class", "partial", "kind of a number", "closure", "function in it", "object", "method", "unit", "budget",
            "errors", "tolerance", "order", "file", "module", "model",
        ],
    )  # fmt: skip
    def test_is_another_with_another_declaration_and_the_same_with_the_same(self, parcel, one, other):
        assert parcel(one) == parcel(one) != parcel(other)

    @pytest.mark.parametrize(
        ("declared", "edit"),
        [
            ("candidate=pricing.price, runs_on=[HERE / 'list.csv']", {"list__csv": "a,2\n"}),
            ("candidate=pricing.price, runs_on=[HERE]", {"list__csv": "a,2\n"}),
            ("candidate=pricing.price, runs_on=[HERE / 'none.csv']", {"none__csv": "a,2\n"}),
            ("candidate=pricing.price, runs_on=['parcel.other']", {"other__py": "def price(**_): return 3\n"}),
            ("candidate=pricing.price, runs_on=['parcel']", {"views__py": "x = 1\n"}),
            ("candidate=partial(pricing.price, other.price)", {"other__py": "def price(**_): return 3\n"}),
            ("candidate=pricing.price, clean=other.price", {"other__py": "def price(**_): return 3\n"}),
            ("candidate=pricing.price, clean=lambda made: other.price()", {"other__py": "def price(**_): return 3\n"}),
            ("candidate=pricing.price, group_by=other.words", {"other__py": "def words(*, account): return ('a',)\n"}),
        ],
        ids=["file", "folder", "one that comes", "module", "package", "given", "clean", "clean's own", "groups"],
    )
    def test_is_another_when_what_the_seam_names_changes(self, parcel, declared, edit):
        assert parcel(declared) != parcel(declared, **edit)

    def test_is_another_with_the_fields_of_a_model_that_the_seam_names(self, parcel, monkeypatch):
        declared = "candidate=pricing.price, runs_on=[AIModelConfig]"
        before = parcel(declared)
        monkeypatch.setattr(AIModelConfig._meta.get_field("tokens_per_credit"), "null", False)
        assert parcel(declared) != before

    def test_is_another_with_a_setting_that_is_read(self, parcel, settings):
        code = {"rates__py": "from django.conf import settings\nRATE = settings.PARCEL_RATE\n"}
        settings.PARCEL_RATE = 1
        before = parcel(**code)
        settings.PARCEL_OTHER = 2
        assert parcel(**code) == before
        settings.PARCEL_RATE = 2
        assert parcel(**code) != before

    @pytest.mark.parametrize(
        ("name", "value"),
        [("PARCEL_KEY", "k"), ("PARCEL", {"password": "p"}), ("PARCEL_URL", "redis://x:p@y"), ("PARCEL_DIR", "/srv")],
    )
    def test_has_nothing_of_a_secret_nor_of_the_machine(self, parcel, settings, name, value):
        code = {"rates__py": f"from django.conf import settings\nRATE = settings.{name}\n"}
        setattr(settings, name, value)
        before = parcel(**code)
        setattr(settings, name, {"password": "q"} if isinstance(value, dict) else value + "q")
        assert parcel(**code) == before

    def test_of_a_setting_that_names_a_way_to_stop_goes_no_further(self, parcel, settings):
        settings.HARNESS = settings.HARNESS | {"REVISION_STOPS_AT": {"parcel.pricing": "Tried out."}}
        before = parcel()
        assert parcel(rates__py="RATE = 3\n") == before
        assert parcel(pricing__py="from parcel.rates import RATE\ndef price(**_): return RATE + 1\n") != before

    @pytest.mark.parametrize(
        "declared", ["replace(RULE, covers=other.price)", "replace(ORACLE, answer=other.price)"], ids=["rule", "oracle"]
    )
    def test_is_another_with_other_code_of_an_explanation(self, parcel, declared):
        declared = f"{declared}, candidate=pricing.price"
        assert parcel(declared) != parcel(declared, other__py=OTHER + "RATE = 3\n")

    @pytest.mark.parametrize("base", [RULE, ORACLE], ids=["rule", "oracle"])
    @pytest.mark.parametrize("change", [{"name": "s"}, {"version": "2"}, {"expires": date(2027, 1, 2)}], ids=str)
    def test_is_another_with_another_explanation(self, base, change):
        assert revisions.revision_of(seam_with(base)) != revisions.revision_of(seam_with(replace(base, **change)))

    def test_is_another_with_one_explanation_more_and_the_same_with_another_owner(self):
        found = revisions.revision_of(seam_with(RULE))
        assert found != revisions.revision_of(seam_with())
        assert found == revisions.revision_of(seam_with(replace(RULE, owner="finance", reason="better said")))

    @pytest.mark.parametrize("candidate", [partial(print, "x"), abs, object()], ids=["partial", "builtin", "callable"])
    def test_is_there_for_whatever_can_be_called(self, candidate):
        assert len(revisions.revision_of(seam_with(candidate=candidate))) == 12

    @pytest.mark.legacy
    def test_of_a_price_is_by_the_signed_list(self):
        (oracle,) = credit_cost.criteria.explanations
        assert len(oracle.version) == 12

    @pytest.mark.legacy
    @pytest.mark.parametrize(
        ("seam", "on", "not_on"),
        [
            (
                credit_cost,
                ("business/billing/pricing.py", "business/billing/rates.py", "business/billing/price_list.py"),
                ("modules/planner/models.py", "api/views/billing.py", "business/billing/legacy/credits.py"),
            ),
            (default_model, ("ai/catalogue.py", "ai/signed_defaults.py"), ("ai/engine.py", "ai/legacy/models.py")),
        ],
        ids=["price", "default"],
    )
    def test_of_the_service_is_by_what_its_candidates_run_on(self, seam, on, not_on):
        made = {name.removeprefix("file igny8_core/") for name in revisions.parts_of(seam) if name.startswith("file ")}
        assert made >= set(on)
        assert not made & set(not_on)
        assert parts.not_followed(seam) == ()

    def test_is_the_same_in_another_process(self):
        code = (
            "import django; django.setup(); from migration_harness.deciding import registry; "
            "from migration_harness.seams import revisions; "
            "print(revisions.revision_of(registry.seams.get('credits.text')))"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
        assert done.stdout.strip() == revisions.revision_of(credit_cost)


@pytest.mark.django_db
class TestSeam:
    def compare(self, seam):
        with fixed_flags(flag_at("f", Stage.SHADOW)):
            seam(account="1")
        return Comparison.objects.order_by("-id").values_list("revision", flat=True)[0]

    def test_has_its_revision_before_its_first_comparison_is_recorded(self):
        seam = seam_with()
        assert seam.revision == ""
        assert self.compare(seam) == seam.revision == revisions.revision_of(seam) != ""

    def test_does_not_make_one_for_a_call_that_is_not_compared(self):
        seam = seam_with()
        with fixed_flags(flag_at("f", Stage.COMPLETE)):
            seam(account="1")
        assert seam.revision == ""

    def test_gets_another_when_a_part_of_it_changes_at_run_time(self, own_seams, monkeypatch):
        monkeypatch.setattr(revisions, "seams", own_seams)
        rules = {"trial": "one"}
        revisions.run_time_parts.append(lambda name: rules[name])
        seam = seam_with()
        first = self.compare(seam)
        rules["trial"] = "two"
        assert self.compare(seam) == first
        revisions.refresh()
        assert self.compare(seam) == revisions.revision_of(seam) != first

    def test_keeps_no_old_revision_when_a_refresh_comes_while_it_is_made(self):
        answers = iter(["old", *["new"] * 9])
        revisions.run_time_parts.append(lambda _: next(answers))
        seam = seam_with()
        made = revisions.revise(seam)
        assert made == seam.revision == revisions.revision_of(seam)


class TestCheck:
    def found(self, own_seams, monkeypatch):
        monkeypatch.setattr(checks, "seams", own_seams)
        return checks.check_revisions()

    def test_says_where_it_cannot_be_told_what_a_candidate_runs_on(self, parcel, own_seams, monkeypatch):
        parcel(rates__py="RATE = 1\ndef load(name): return __import__(name)\n")
        (warning,) = self.found(own_seams, monkeypatch)
        assert warning.id == "migration_harness.W011"
        assert "of the seam trial runs on: parcel/rates.py says __import__(name): all of parcel counts." in warning.msg

    @pytest.mark.parametrize(
        "stops", [{"parcel.rates": "Its table has parcel.other alone."}, {}], ids=["stops", "goes on"]
    )
    def test_is_silent_where_the_host_says_what_it_is(self, parcel, own_seams, monkeypatch, settings, stops):
        settings.HARNESS = settings.HARNESS | {"REVISION_STOPS_AT": stops}
        edits = {"rates__py": "RATE = 1\ndef load(name): return __import__(name)\n"}
        before = parcel("candidate=pricing.price, runs_on=['parcel.other']", **edits)
        assert bool(self.found(own_seams, monkeypatch)) is not bool(stops)
        assert parcel("candidate=pricing.price, runs_on=['parcel.other']", other__py=OTHER + "RATE = 3\n") != before

    @pytest.mark.parametrize("what", ["['parcel.nothing']", "[HERE / 'none.csv']"], ids=["module", "file"])
    def test_names_what_is_not_there(self, parcel, own_seams, monkeypatch, what):
        parcel(f"candidate=pricing.price, runs_on={what}")
        (error,) = self.found(own_seams, monkeypatch)
        assert error.id == "migration_harness.E025"

    @pytest.mark.parametrize("stops", [["parcel"], {"parcel": ""}, {"parcel": None}], ids=["list", "empty", "none"])
    def test_wants_a_reason_for_each_stop(self, own_seams, monkeypatch, settings, stops):
        settings.HARNESS = settings.HARNESS | {"REVISION_STOPS_AT": stops}
        assert [each.id for each in self.found(own_seams, monkeypatch)] == ["migration_harness.E024"]
