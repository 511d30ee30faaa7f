"""Each gate for entering phase 4 opens for its real reason; each planted fault keeps the right one closed, alone."""

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from igny8_core.business.billing.models import AIModelConfig
from igny8_core.migration_plan import EXPECTED
from igny8_core.modules.system.exceptions import MappingRefused
from igny8_core.modules.system.models import IntegrationSettings
from igny8_core.modules.system.retired_choices import retired_models
from igny8_core.modules.system.retired_mapping import map_retired
from migration_harness import queries
from migration_harness.evidence.findings import Answer
from migration_harness.models import Drift, RecordedOperation
from migration_harness.money.forecast.sign_off import sign_off
from migration_harness.money.trial_balance import checking as trial_balance
from migration_harness.operations.declaring import operations
from migration_harness.plan import plan
from migration_harness.rollout.gates.asking import ask
from migration_harness.rollout.gates.gate import Way
from migration_harness.rollout.listening import listen

from ..evidence_rows import NOW, compared
from ..forecasting import kept_now, used
from .conftest import close_phases_before, green

PHASE = 4
pytestmark = pytest.mark.usefixtures("demo", "revision_here")


def map_choices():
    """Map each retired choice to the first model that it may become."""
    while found := retired_models():
        first = found[0]
        for model in ("gpt-4o-mini", "dall-e-3", "runware:97@1"):
            with suppress(MappingRefused):
                map_retired(retired=first.model, to=model, actor="olga", reason="retired", where=[first.where])
        assert retired_models() != found


def sign(account):
    used(account)
    sign_off(forecast_id=kept_now().pk, actor="ada", reason="agreed")


def compare():
    for each in EXPECTED:
        seam = "credits.image" if each.operation == "image_generation" else "credits.text"
        compared(200, seam=seam, path=each.execution_path.value, operation=each.operation, model=each.model,
                 at=timezone.now())  # fmt: skip
    (evidence,) = queries.evidence_for([plan().phase(PHASE)])
    for seam in evidence.seams:
        compared(509, seam=seam.name, path="direct", operation="other", at=timezone.now())


@pytest.fixture
def recorded(settings):
    """One operation of each kind that must obey a law was recorded, and broke none."""
    settings.HARNESS = settings.HARNESS | {"RECORDED_BPS": 10_000}
    kinds = {kind for law in operations().laws for kind in law.kinds}
    RecordedOperation.objects.bulk_create(
        RecordedOperation(
            recording=uuid4(), kind=kind, execution_path="manual", at=timezone.now(), duration_ms=1.0,
            inputs={}, rows=[], steps=[],
        )
        for kind in kinds
    )  # fmt: skip


@pytest.fixture
def ready(account, recorded):
    """Everything that phase 4 waits for is there."""
    close_phases_before(PHASE)
    green(PHASE)
    map_choices()
    # What the next two write by hand belongs to no charge.
    trial_balance.check_all()
    sign(account)
    compare()


def answers(number=PHASE, way=Way.ENTERING):
    return {each.name: each.answer for each in ask(plan().phase(number), way)}


def not_open(**asked):
    return {name: answer.answer for name, answer in answers(**asked).items() if answer.answer is not Answer.OPEN}


def unmapped(account):
    IntegrationSettings.objects.update_or_create(account=account, defaults={"text_model": "gpt-4.1"})


FAULTS = {
    "a failing test": (lambda _: green(PHASE, failed=1), {"tests": Answer.CLOSED}),
    "a stale revision": (lambda _: green(PHASE, revision="older"), {"tests": Answer.UNKNOWN}),
    "a run without a test": (lambda _: green(PHASE, tests=0), {"tests": Answer.UNKNOWN}),
    "one open discrepancy": (
        lambda _: compared(1, verdict="mismatch", operation="other", path="direct", at=timezone.now()),
        {"discrepancies": Answer.CLOSED},
    ),
    "an unmapped choice": (unmapped, {"choices": Answer.CLOSED}),
    "a void sign-off": (
        lambda _: AIModelConfig.objects.filter(model_name="gpt-5.1").update(input_cost_per_1m=2),
        {"forecast": Answer.CLOSED},
    ),
}


class TestEnteringPhase4:
    def test_is_open_when_everything_is_there(self, ready):
        assert not_open() == {}

    def test_waits_for_all_of_it_on_the_demo(self):
        found = answers()
        assert found["choices"].answer is Answer.CLOSED
        assert found["forecast"].answer is Answer.UNKNOWN
        assert {found[name].answer for name in ("tests", "comparisons", "bound")} == {Answer.UNKNOWN}
        assert all(answer.remedy for answer in found.values() if answer.answer is not Answer.OPEN), found

    @pytest.mark.parametrize(("plant", "closed"), FAULTS.values(), ids=FAULTS)
    def test_is_closed_by_one_fault_at_its_gate(self, ready, account, plant, closed):
        plant(account)
        assert not_open() == closed

    def test_is_closed_by_one_missing_stratum(self, account, recorded):
        close_phases_before(PHASE)
        green(PHASE)
        map_choices()
        trial_balance.check_all()
        sign(account)
        *most, missing = EXPECTED
        for each in most:
            seam = "credits.image" if each.operation == "image_generation" else "credits.text"
            compared(200, seam=seam, path=each.execution_path.value, operation=each.operation, model=each.model)
        (evidence,) = queries.evidence_for([plan().phase(PHASE)])
        for seam in evidence.seams:
            compared(509, seam=seam.name, path="direct", operation="other")
        listen(now=NOW + timedelta(minutes=5))
        assert not_open() == {"comparisons": Answer.UNKNOWN}
        assert missing.operation in answers()["comparisons"].sentence

    @pytest.mark.legacy
    def test_needs_a_signature(self, account):
        used(account)
        kept_now()
        assert answers()["forecast"].answer is Answer.CLOSED


class TestStores:
    def test_of_phase_3_are_closed_by_one_drift_row(self):
        assert answers(3)["stores"].answer is Answer.OPEN
        Drift.objects.create(
            seam="keys.store", key="openai", account_id="", authoritative="control", stage="shadow", epoch=1,
            at=timezone.now(),
        )  # fmt: skip
        found = answers(3)["stores"]
        assert (found.answer, found.remedy) == (Answer.CLOSED, "python manage.py harness reconcile")
        assert "1 key of keys.store reached one store only" in found.sentence
