"""What a comparison is evidence for."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from igny8_core.business.billing.seams import credit_cost
from migration_harness.comparing.explanations import Oracle, Rule
from migration_harness.deciding.stages import Stage
from migration_harness.models import Comparison
from migration_harness.seams import revisions
from migration_harness.seams.seam import Seam
from migration_harness.testing import fixed_flags, flag_at

ROOT = Path(__file__).parents[3]
RULE = Rule(name="r", reason="", owner="", expires=date(2027, 1, 1), covers=lambda *_: True, version="1")
ORACLE = Oracle(name="r", reason="", owner="", expires=date(2027, 1, 1), answer=abs, recorded_legacy=abs, version="1")


def answer(**_):
    return 1


def seam_with(*explain, candidate=answer):
    return Seam(
        name="trial", flag="f", control=answer, candidate=candidate, subject=lambda *, account: account, explain=explain
    )


@pytest.fixture(autouse=True)
def _own_registry(own_seams, monkeypatch):
    monkeypatch.setattr(revisions, "run_time_parts", [])


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with a candidate; returns a function that makes its revision as a new process would."""
    (tmp_path / "parcel" / "inner").mkdir(parents=True)
    (tmp_path / "parcel" / "__init__.py").write_text("def price(**_): return 1\n")
    (tmp_path / "parcel" / "inner" / "rates.py").write_text("RATE = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    import parcel

    def revision():
        revisions._digest_of_package.cache_clear()
        return revisions.revision_of(seam_with(candidate=parcel.price))

    yield tmp_path / "parcel", revision
    revisions._digest_of_package.cache_clear()
    del sys.modules["parcel"]


class TestRevision:
    @pytest.mark.parametrize(
        "change",
        [
            lambda folder: (folder / "__init__.py").write_text("def price(**_): return 2\n"),
            lambda folder: (folder / "inner" / "rates.py").write_text("RATE = 2\n"),
            lambda folder: (folder / "inner" / "more.py").write_text(""),
            lambda folder: (folder / "inner" / "rates.py").rename(folder / "inner" / "tariff.py"),
            lambda folder: (folder / "inner" / "rates.py").unlink(),
        ],
        ids=["candidate", "deep", "added", "renamed", "removed"],
    )
    def test_is_another_with_another_file_of_code(self, package, change):
        folder, revision = package
        before = revision()
        change(folder)
        assert revision() != before

    @pytest.mark.parametrize(
        "change",
        [
            lambda folder: (folder / "notes.txt").write_text("x"),
            lambda folder: os.utime(folder / "__init__.py", (1, 1)),
            lambda folder: (folder / ".#draft.py").symlink_to("nowhere"),
        ],
        ids=["no code", "time of the file", "an editor's mark"],
    )
    def test_is_the_same_with_the_same_code(self, package, change):
        folder, revision = package
        before = revision()
        change(folder)
        assert revision() == before

    @pytest.mark.parametrize("base", [RULE, ORACLE], ids=["rule", "oracle"])
    @pytest.mark.parametrize("change", [{"name": "s"}, {"version": "2"}, {"expires": date(2027, 1, 2)}], ids=str)
    def test_is_another_with_another_explanation(self, base, change):
        assert revisions.revision_of(seam_with(base)) != revisions.revision_of(seam_with(replace(base, **change)))

    def test_is_another_with_one_explanation_more_and_the_same_with_another_owner(self):
        found = revisions.revision_of(seam_with(RULE))
        assert found != revisions.revision_of(seam_with())
        assert found == revisions.revision_of(seam_with(replace(RULE, owner="finance", reason="better said")))

    def test_is_by_what_the_host_calls_its_code_where_it_does(self, package, settings):
        folder, revision = package
        settings.HARNESS = settings.HARNESS | {"REVISION": "release 7"}
        before = revision()
        (folder / "__init__.py").write_text("def price(**_): return 2\n")
        assert revision() == before
        settings.HARNESS = settings.HARNESS | {"REVISION": "release 8"}
        assert revision() != before

    @pytest.mark.parametrize("candidate", [partial(print, "x"), abs, object()], ids=["partial", "builtin", "callable"])
    def test_is_there_for_whatever_can_be_called(self, candidate):
        assert len(revisions.revision_of(seam_with(candidate=candidate))) == 12

    def test_of_a_price_is_by_the_signed_list(self):
        (oracle,) = credit_cost.criteria.explanations
        assert len(oracle.version) == 12

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
