"""What a flag requires: as the plan says, in an installation that was created before it said so, too."""

from dataclasses import replace

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from igny8_core.migration_plan import PLAN
from migration_harness import checks
from migration_harness.control.creation import create_flag
from migration_harness.deciding.flags import load_snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent
from migration_harness.plan import Phase, Plan, PlannedFlag

CREDITS, ENDPOINT, CHOICES = "model-based-credits", "ai-models-endpoint", "dynamic-model-choices"


def planned(name, **other):
    return replace(next(flag for flag in PLAN.flags if flag.name == name), **other)


def warned():
    return [found.msg for found in run_checks(databases=["default"]) if found.id == "migration_harness.W012"]


class TestRequired:
    def test_by_the_plan_is_what_an_installation_has(self, demo):
        assert {name: flag.requires for name, flag in load_snapshot().flags.items()} == {
            flag.name: flag.requires for flag in PLAN.flags
        }
        assert warned() == []

    @pytest.mark.usefixtures("demo")
    @pytest.mark.parametrize(
        ("name", "earlier"),
        [(CHOICES, ()), (CHOICES, (ENDPOINT,)), (CHOICES, (ENDPOINT, "model-selection", CREDITS)), (CREDITS, ())],
    )
    def test_by_the_plan_is_what_one_that_was_created_before_gets_from_the_seed(self, name, earlier):
        """And is told to until then: an account may see what it is not charged."""
        create_flag(planned=planned(name, requires=earlier), baseline=Stage.OFF, actor="earlier")
        (told,) = warned()
        assert told.startswith(f"The flag {name} requires {', '.join(earlier) or 'no other'}, by the plan ")
        before = load_snapshot().flags[name]
        call_command("seed", verbosity=0)
        flag = load_snapshot().flags[name]
        assert (flag.requires, warned()) == (planned(name).requires, [])
        assert replace(flag, requires=before.requires, epoch=before.epoch) == before
        event = AuditEvent.objects.get(subject=name, actor="seed", action="align flag with plan")
        assert event.after == {"requires": list(flag.requires)}

    @pytest.mark.parametrize(
        ("requires", "wrong"),
        [
            ({"a": ("b",)}, [("a", "b")]),
            ({"a": ("a",)}, [("a", "a")]),
            ({"a": ("b",), "b": ("a",)}, [("a", "b")]),
            ({"b": ("typo",)}, [("b", "typo")]),
            ({"b": ("a",)}, []),
        ],
        ids=str,
    )
    def test_by_the_plan_comes_before(self, monkeypatch, requires, wrong):
        flags = tuple(PlannedFlag(name=name, owner="", note="", requires=requires.get(name, ())) for name in "ab")
        phase = Phase(number=1, name="", risk="", way_back="", flags=flags)
        monkeypatch.setattr(checks, "plan", lambda: Plan(phases=(phase,)))
        assert [found.msg for found in checks.check_required()] == [
            f"The flag {name} requires {required}, which the plan does not list before it." for name, required in wrong
        ]
