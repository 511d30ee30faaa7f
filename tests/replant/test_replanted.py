"""Each failure of the first migration, planted: found in the recorded set, and nothing else is."""

import re

import pytest

from igny8_core.auth.models import Account
from igny8_core.business.billing.seams import image_cost
from migration_harness.testing import forget

from .faults import FAULTS
from .planting import FAULTS as PATCHES
from .planting import ROOT, files_of, planted


class TestMistake:
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
    def test_is_found_and_named(self, find, fault, tmp_path):
        with planted(fault.name, tmp_path):
            found = find(fault.on)
        unsaid = [word for word in fault.words if not any(word in line for line in found.lines)]
        assert (unsaid, found.found_by) == ([], fault.found_by), found.lines

    def test_of_each_number_is_planted_in_three_places_at_least(self):
        places = [name.partition("-")[::2] for name in (fault.name for fault in FAULTS)]
        for number in "12345678":
            assert {"in-the-candidate", "in-a-caller", "in-shared-code"} <= {p for n, p in places if n == number}

    def test_is_listed_for_every_patch(self):
        assert {fault.name for fault in FAULTS} == {patch.stem for patch in PATCHES.glob("*.diff")}

    def test_stands_in_the_documentation_with_what_finds_it(self):
        page = (ROOT / "docs" / "explanation" / "the-failures-planted-again.md").read_text()
        rows = re.findall(r"^\| (\d)\. .*\| `(\S+)` in `(\S+)` \| (.*) \|$", page, re.MULTILINE)
        told = {name: (number, file, found.split(", ")) for number, name, file, found in rows}
        assert told == {
            fault.name: (fault.name[0], files_of(fault.name)[0].removeprefix("igny8_core/"), sorted(fault.found_by))
            for fault in FAULTS
        }


class TestNothingPlanted:
    def test_finds_nothing_where_mistakes_were_found(self, find):
        found = find(sorted({name for fault in FAULTS for name in fault.on}))
        assert (found.found_by, found.lines) == (frozenset(), ())

    def test_leaves_the_two_known_faults_of_legacy_and_no_other(self, recorded, demo):
        reported = {
            where: told
            for each in recorded.carried
            for where, told in {**each.effects["compared"], **each.effects["laws"]}.items()
        }
        assert reported == {"models.default image": ['mismatch: result "bria:10@1" -> "dall-e-3", expected "dall-e-3"']}
        three = image_cost.compare(account=Account.objects.first(), model="dall-e-3", images=3, target_model="")
        assert (three.verdict, three.control_measure, three.candidate_measure) == ("intended", 6, 15)


@pytest.fixture
def demo(db):
    from igny8_core.seed import seed_demo

    forget()
    seed_demo()
