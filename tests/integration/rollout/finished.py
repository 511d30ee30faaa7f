"""A migration that is complete, built a line at a time, so that a test can leave one out."""

from datetime import timedelta

from freezegun import freeze_time

from igny8_core.migration_plan import EXPECTED
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import Flag
from migration_harness.rollout.criteria import gates
from migration_harness.rollout.criteria.met import met

from ..errors.parts import covered
from ..evidence_rows import NOW, compared
from ..retire.test_legacy_scan import CLEAN

LONG_AGO = NOW - timedelta(days=9)
FLAGS = ("model-selection", "model-based-credits", "ai-models-endpoint", "dynamic-model-choices")
DRAWN = "image_generation"


def gates_answer(monkeypatch, answers=lambda phase, gate: met("It is open.")):
    monkeypatch.setattr(gates, "_answer", lambda phase, gate, facts: answers(phase.number, gate))


def tree(root, more=()):
    for path, text in {**CLEAN, **dict(more)}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def was_compared(*, but_not=lambda stratum: False, at=LONG_AGO, stage="live"):
    """Write enough of every stratum that the plan expects."""
    for each in EXPECTED:
        if not but_not(each):
            seam = "credits.image" if each.operation == DRAWN else "credits.text"
            compared(
                250, seam=seam, path=each.execution_path, operation=each.operation, model=each.model, at=at, stage=stage
            )


def moved(*names, at=LONG_AGO, change=None):
    """Move flags to their end, a while ago."""
    with freeze_time(at):
        for name in names:
            change_flag(name=name, change=change or FlagChange(everyone=True, stage=Stage.COMPLETE), actor="ada")
    assert Flag.objects.filter(name__in=names).count() == len(names)


def told():
    covered(NOW - timedelta(days=8), NOW)
