"""``harness legacy remove``: refused while legacy code may be needed, a patch to read, and a change of the tree."""

import json
import subprocess

import pytest

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import Refusal
from migration_harness.models import AuditEvent
from migration_harness.plan import GateName, Phase, Plan, PlannedFlag
from migration_harness.retire.removal import applying
from migration_harness.rollout import removal as permission
from tests.unit.retire.removal.shop import FILES

SHOP = Plan(
    phases=(
        Phase(
            number=1,
            name="Parcels",
            risk="low",
            way_back="go back",
            flags=(
                PlannedFlag(name="by-weight", owner="ada", note="By weight.", seams=("parcels.price",)),
                PlannedFlag(name="own-book", owner="ada", note="Our own.", seams=("book.find",)),
            ),
        ),
        Phase(
            number=2, name="Gone", risk="low", way_back="restore", entering=(GateName.CHECKLIST,), checklist=("Look",)
        ),
    )
)


def git(root, *words):
    return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def shop(db, tmp_path, settings, monkeypatch):
    """The shop's tree, committed, and a plan that allows the removal."""
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "-c", "user.name=ada", "-c", "user.email=ada@example.org", "commit", "-qm", "The shop.")
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(permission, "plan", lambda: SHOP)
    monkeypatch.setattr(permission, "refusals", lambda _number: [])
    return tmp_path


class TestRemove:
    @pytest.mark.parametrize("asked", [(), ("--all", "--phase", "3")], ids=["nothing", "both"])
    def test_of_neither_one_nor_all_is_wrong_usage(self, db, harness, asked):
        code, _, err = harness("legacy", "remove", *asked)
        assert (code, "--phase N" in err) == (2, True)

    @pytest.mark.parametrize("asked", [("--all",), ("--phase", "1"), ("--all", "--write")], ids=" ".join)
    def test_is_refused_while_the_plan_does_not_allow_it(self, shop, harness, monkeypatch, asked):
        monkeypatch.setattr(
            permission, "refusals", lambda _number: [Refusal(sentence="by-weight is at live for 3 accounts.")]
        )
        code, out, err = harness("legacy", "remove", *asked)
        assert (code, out, "by-weight is at live for 3 accounts." in err) == (3, "", True)
        assert git(shop, "status", "--porcelain") == ""

    def test_prints_a_patch_that_git_takes(self, shop, harness):
        code, out, _ = harness("legacy", "remove", "--all", "--json")
        told = json.loads(out)
        assert (code, told["written"], "shop/parcels/seams.py" in told["deleted"]) == (0, False, True)
        assert git(shop, "status", "--porcelain") == ""
        subprocess.run(["git", "apply"], cwd=shop, input=told["patch"], text=True, check=True)
        assert not (shop / "shop/parcels/legacy").exists()

    def test_writes_what_the_patch_says(self, shop, harness):
        patch = json.loads(harness("legacy", "remove", "--all", "--json")[1])["patch"]
        code, out, _ = harness("legacy", "remove", "--all", "--write")
        assert (code, "Removed" in out) == (0, True)
        written = git(shop, "diff", "--shortstat", "HEAD")
        git(shop, "stash", "-q", "-u")
        subprocess.run(["git", "apply"], cwd=shop, input=patch, text=True, check=True)
        assert git(shop, "diff", "--shortstat", "HEAD") == written

    def test_is_on_the_trail_with_how_much_it_was(self, shop, harness):
        told = json.loads(harness("legacy", "remove", "--all", "--write", "--json")[1])
        event = AuditEvent.objects.get(action="remove legacy")
        assert (event.subject, event.evidence["files"]) == ("all", len(told["files"]))
        assert event.evidence["lines_removed"] == told["lines_removed"]

    def test_that_writes_nothing_is_not_on_the_trail(self, shop, harness):
        harness("legacy", "remove", "--all", "--json")
        assert not AuditEvent.objects.filter(action="remove legacy").exists()

    def test_is_not_written_over_what_is_not_committed(self, shop, harness):
        (shop / "shop/checkout.py").write_text("mine = 1\n")
        code, _, err = harness("legacy", "remove", "--all", "--write")
        assert (code, "shop/checkout.py" in err, (shop / "shop/checkout.py").read_text()) == (1, True, "mine = 1\n")

    def test_names_what_would_dangle_and_writes_nothing(self, shop, harness):
        (shop / "shop/old.py").write_text("from shop.parcels.legacy import volume\n\n\ndef f():\n    return volume\n")
        git(shop, "add", "-A")
        git(shop, "-c", "user.name=ada", "-c", "user.email=ada@example.org", "commit", "-qm", "Old.")
        code, _, err = harness("legacy", "remove", "--all", "--write")
        assert (code, "shop/old.py (f) uses volume" in " ".join(err.split())) == (1, True)
        assert git(shop, "status", "--porcelain") == ""

    def test_ends_one_that_was_killed_and_says_so(self, shop, harness, monkeypatch):
        settle = applying._settle
        monkeypatch.setattr(applying, "_settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            harness("legacy", "remove", "--all", "--write")
        monkeypatch.setattr(applying, "_settle", settle)
        code, out, _ = harness("legacy", "remove", "--all", "--write")
        assert (code, "the tree is as after it" in " ".join(out.split())) == (0, True)
        assert not (shop / "shop/parcels/seams.py").exists()


def refused(number):
    """Why the legacy code of a phase may not be removed, a sentence each."""
    return [each.sentence for each in permission.refusals(number)]


class TestPermission:
    def test_needs_flags_that_are_complete_for_everyone(self, demo):
        assert "ai-models-endpoint is at live for nobody, and not complete for everyone." in refused(5)

    def test_needs_the_gates_of_the_phase(self, demo):
        everyone = FlagChange(everyone=True, stage=Stage.COMPLETE)
        change_flag(name="ai-models-endpoint", change=everyone, actor="test")
        found = refused(5)
        assert found
        assert all(sentence.startswith("Gate ") for sentence in found)

    def test_of_all_needs_the_gates_of_the_last_phase(self, demo):
        found = refused(None)
        assert [sentence.partition(" is ")[0] for sentence in found if sentence.startswith("Gate ")] == [
            "Gate tests",
            "Gate quiet",
            "Gate legacy_unused",
            "Gate checklist",
            "Gate backup",
        ]

    def test_retires_flags_seams_and_columns_of_the_phase(self):
        retired = permission.retired_with(3)
        assert (sorted(retired.flags), sorted(retired.seams), retired.is_all) == (
            ["integration-provider-keys"],
            ["keys.provider_key", "keys.store"],
            False,
        )
        assert [drop.model for drop in retired.drops] == ["system.GlobalIntegrationSettings"]
