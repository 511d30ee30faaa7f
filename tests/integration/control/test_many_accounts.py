"""Several accounts, moved by one change."""

import pytest

from migration_harness import queries
from migration_harness.control import flips, gating
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.control.forward import PILOTS
from migration_harness.control.going_live import asked_for
from migration_harness.deciding.flags import load_snapshot
from migration_harness.exceptions import GateClosed, InvalidChange
from migration_harness.models import AuditEvent, FlagMember
from migration_harness.rollout import gatekeeper
from migration_harness.trail import audit
from tests.trial_flag import FLAG

MANY = [str(number) for number in range(1, 51)]


def on(*account_ids):
    return FlagChange(memberships=dict.fromkeys(account_ids, "on"))


@pytest.mark.usefixtures("trial_flag")
class TestOneChange:
    def test_moves_all_of_them_with_one_event(self):
        before = AuditEvent.objects.count()
        flip = change_flag(name=FLAG, change=on(*MANY), actor="ada", reason="pilot")
        assert load_snapshot().flags[FLAG].included == frozenset(MANY)
        assert AuditEvent.objects.count() == before + 1
        event = AuditEvent.objects.latest("id")
        assert (event.actor, event.reason) == ("ada", "pilot")
        assert event.after == {f"account {each}": "on" for each in MANY}
        assert event.evidence["epoch"] == flip.epoch
        assert {member.reason for member in FlagMember.objects.all()} == {"pilot"}

    def test_takes_each_to_where_it_is_told(self):
        change_flag(name=FLAG, change=on("1", "2", "3"), actor="ada")
        change_flag(name=FLAG, change=FlagChange(memberships={"1": "off", "2": "inherit", "4": "on"}), actor="ada")
        flag = load_snapshot().flags[FLAG]
        assert (flag.included, flag.excluded) == ({"3", "4"}, {"1"})
        # What stayed as it was is no change.
        assert AuditEvent.objects.latest("id").after == {"account 1": "off", "account 2": "inherit", "account 4": "on"}

    def test_is_told_by_a_trail_that_holds(self):
        change_flag(name=FLAG, change=on(*MANY), actor="ada")
        change_flag(name=FLAG, change=FlagChange(memberships={"1": "off", "2": "inherit"}), actor="ada")
        audit.verified()

    def test_that_is_looked_at_is_the_one_that_is_made(self):
        change_flag(name=FLAG, change=on("1", "2"), actor="ada")
        change = FlagChange(memberships={"1": "off", "2": "inherit", "3": "on"})
        looked_at = queries.snapshot_after(FLAG, change).flags[FLAG]
        change_flag(name=FLAG, change=change, actor="ada")
        made = load_snapshot().flags[FLAG]
        assert (looked_at.included, looked_at.excluded) == (made.included, made.excluded)

    def test_names_no_more_than_a_flip_can_bear(self, monkeypatch):
        monkeypatch.setattr(flips, "MOST_ACCOUNTS", 49)
        with pytest.raises(InvalidChange, match="49 accounts at most, not 50"):
            change_flag(name=FLAG, change=on(*MANY), actor="ada")
        assert not FlagMember.objects.exists()

    def test_is_asked_of_a_second_person_in_one_sentence(self, monkeypatch):
        monkeypatch.setattr("migration_harness.control.going_live.needs_two", lambda _: True)
        state = {f"account {each}": "inherit" for each in MANY}
        asked = asked_for(FLAG, epoch=1, before=state, after=dict.fromkeys(state, "on"))
        assert asked.sentence == f"Change {FLAG}: 50 accounts → on."
        assert asked.again.startswith(f"python manage.py harness flag {FLAG} --account id:1 --account id:2 ")
        assert asked.again.endswith(" --account id:50 --on")


class TestGates:
    def test_are_passed_by_no_more_than_may_be_tried_by_name(self, demo, monkeypatch):
        monkeypatch.setattr(gating, "_gatekeepers", [gatekeeper.admission])
        change_flag(name="model-selection", change=on(*MANY[:PILOTS]), actor="ada")
        with pytest.raises(GateClosed):
            change_flag(name="model-selection", change=on(MANY[PILOTS]), actor="ada")
        change_flag(name="model-selection", change=FlagChange(memberships={MANY[0]: "inherit"}), actor="ada")
        with pytest.raises(GateClosed):
            change_flag(name="model-selection", change=on(*MANY[: PILOTS + 1]), actor="ada")


@pytest.mark.usefixtures("trial_flag")
class TestWayForward:
    def test_brings_all_of_them_back_in_one_change(self):
        change_flag(name=FLAG, change=on("1", "2", "3"), actor="ada")
        roll_back(name=FLAG, actor="ada")
        change_flag(name=FLAG, change=FlagChange(memberships={"1": "off", "2": "off", "3": "inherit"}), actor="ada")
        found = queries.way_forward(FLAG)
        assert [each.moves for each in found.changes] == [{"1": "on", "2": "on", "3": "on"}, {}]
        assert found.commands == [
            f"flag {FLAG} --account id:1 --account id:2 --account id:3 --on",
            f"flag {FLAG} --everyone unset",
        ]
