"""A host that named no directory and no plan: accounts are ids, flags are created for the seams that ask them."""

import json

import pytest

from migration_harness import queries
from migration_harness.checks import check_errors, check_seams, check_settings
from migration_harness.deciding.registry import seams
from migration_harness.models import AuditEvent, Flag
from migration_harness.plan import Plan, plan
from tests.trial_flag import FLAG

from ..trial_seam import Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def nothing_said(settings):
    settings.HARNESS = {"BACKGROUND": False}
    return settings


@pytest.fixture
def asking(nothing_said, monkeypatch):
    """One seam alone, which asks the flag of a trial."""
    monkeypatch.setattr(seams, "_by_name", {})
    Trial()


class TestDirectory:
    @pytest.fixture(autouse=True)
    def flag(self, demo, nothing_said):
        """The flags stand already; nothing is said from now on."""

    def test_has_the_accounts_that_a_list_names(self, harness):
        code, out, _ = harness("flag", "model-selection", "--account", "anna", "--on", "--reason", "try")
        assert (code, "1 of 1 are on the candidate" in out, "anna (account anna)" in out) == (0, True, True)

    def test_says_nothing_of_a_balance(self, harness):
        _, out, _ = harness("flag", "model-selection", "--account", "anna", "--on", "--reason", "try")
        assert "balance" not in out

    def test_tells_nobody_that_an_account_is_gone(self, harness):
        harness("flag", "model-selection", "--account", "anna", "--on", "--reason", "try")
        assert queries.gone_members("model-selection") == []

    def test_follows_a_rollback(self, harness):
        harness("flag", "model-selection", "--account", "anna", "--on", "--reason", "try")
        _, out, _ = harness("rollback", "model-selection", "--reason", "enough")
        assert "0 of 1 are on the candidate" in out
        assert "1 left: anna" in out


class TestPlan:
    def test_is_one_without_a_phase(self, nothing_said):
        assert plan() == Plan()

    def test_is_one_without_a_phase_where_the_setting_is_missing(self, settings):
        del settings.HARNESS
        assert plan() == Plan()

    def test_that_is_missing_is_told_once_with_the_remedy(self, settings):
        del settings.HARNESS
        (found,) = check_settings()
        assert (found.id, "harness init" in found.hint) == ("migration_harness.I001", True)

    def test_is_missed_by_no_check(self, asking):
        found = [*check_settings(), *check_seams(), *check_errors()]
        assert [each.id for each in found] == []


class TestFlag:
    def test_is_created_for_the_seams_that_ask_it(self, asking, harness):
        code, out, _ = harness("flag", FLAG, "--create", "--baseline", "shadow", "--reason", "try")
        flag = Flag.objects.get(name=FLAG)
        assert (code, flag.baseline, flag.note, flag.has_store) == (0, "shadow", "try", False)
        assert f"{FLAG} is created; everybody is at shadow." in out
        assert AuditEvent.objects.latest("pk").action == "create flag"

    def test_is_left_as_it_is_where_it_exists(self, asking, harness):
        harness("flag", FLAG, "--create", "--baseline", "shadow")
        code, out, _ = harness("flag", FLAG, "--create", "--json")
        assert (code, json.loads(out)) == (0, {"flag": FLAG, "created": False, "baseline": None})
        assert Flag.objects.get(name=FLAG).baseline == "shadow"

    def test_that_nobody_names_is_not_created(self, asking, harness):
        code, _, err = harness("flag", "typo", "--create")
        assert (code, Flag.objects.filter(name="typo").exists()) == (2, False)
        assert f"Neither the plan nor a seam names the flag 'typo'. Named: {FLAG}." in err

    def test_is_created_alone(self, asking, harness):
        code, _, err = harness("flag", FLAG, "--create", "--share", "5")
        assert (code, Flag.objects.filter(name=FLAG).exists()) == (2, False)
        assert "--create goes with --baseline and --reason alone" in err

    def test_that_is_not_created_yet_names_the_remedy(self, asking, harness):
        code, _, err = harness("flag", FLAG, "--baseline", "shadow")
        assert (code, f"Create it: harness flag {FLAG} --create" in err) == (2, True)
