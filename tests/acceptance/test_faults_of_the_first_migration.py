"""Each failure that followed the first migration, planted into the service: the integration tests fail.

The tests are run in this process by unittest's own runner, once as the service is and once with the fault.
"""

import unittest
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from igny8_core.ai import model_registry
from igny8_core.ai import seams as ai_seams
from igny8_core.ai.functions import generate_images
from igny8_core.ai.model_registry import ModelRegistry
from igny8_core.business.billing import pricing
from igny8_core.business.billing.models import CreditUsageLog
from igny8_core.business.billing.services.credit_service import CreditService, Receipt
from igny8_core.tests import test_ai_system_integration as integration
from migration_harness import testing
from migration_harness.api import ExecutionPath, current_execution_path

BY_BUTTONS = "ManualPathTest.test_the_buttons_lead_from_keywords_to_images"
BY_RUN_NOW = "RunNowPathTest.test_run_now_leads_from_keywords_to_images"
BY_CLOCK = "ScheduledPathTest.test_the_clock_leads_from_keywords_to_images"
BOTH_SIDES = "Phase2ParallelPathsTest.test_both_sides_of_every_seam_exist_and_answer"


def images(sentence: str) -> tuple[str, str]:
    """A test of images, on both sides."""
    return f"Phase4ImagesTodayTest.{sentence}", f"Phase4ImagesAfterTest.{sentence}"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong, the tests that it makes fail, and what these say."""

    plant: Callable[[pytest.MonkeyPatch], None]
    tests: Iterable[str]
    shown: str


def renamed_in_the_registry(patch):
    def calculate_cost(*, model, usage=None, images=0):
        info = ModelRegistry.get_model(model)
        return images * info.cost_per_image if usage is None else usage.tokens_input * info.cost_per_1k_input

    patch.setattr(ModelRegistry, "calculate_cost", staticmethod(calculate_cost))


def renamed_in_the_ledger(patch):
    def provider_cost_usd(*, model, usage, images=0):
        rate = pricing.current_rates()[model]
        return rate.cost_per_image * images if images else usage.total * rate.cost_per_1k_input

    patch.setattr(pricing, "provider_cost_usd", provider_cost_usd)


def per_thousand_in_the_registry(patch):
    patch.setattr(model_registry, "_MILLION", model_registry._MILLION / 1_000)


def per_thousand_in_the_ledger(patch):
    patch.setattr(pricing, "MILLION", pricing.MILLION / 1_000)


def images_for_nothing(patch):
    def deduct(*, save, **_charge):
        receipt = Receipt(transaction_id=0, credits=5, balance_after=0)
        save(receipt)
        return receipt

    patch.setattr(CreditService, "deduct_credits_for_image", staticmethod(deduct))


def images_unchecked(patch):
    patch.setattr(CreditService, "check_credits_for_image", staticmethod(lambda **_: 0))


def always_basic_in_the_caller(patch):
    patch.setattr(generate_images, "quality_tier", lambda **_: "basic")


def always_basic_in_the_candidate(patch):
    patch.setattr(ai_seams.quality_tier, "candidate", lambda **_: "basic")


def always_square_in_the_caller(patch):
    patch.setattr(generate_images, "image_size", lambda **_: "1024x1024")


def always_square_in_the_candidate(patch):
    patch.setattr(ai_seams.image_size, "candidate", lambda **_: "1024x1024")


def first_two_share_a_name(patch):
    store = generate_images._store

    def in_one_file(made, *, prompt, operation_id):
        stored = store(made, prompt=prompt, operation_id=operation_id)
        if prompt.role == "featured":
            return stored
        name = f"images/{prompt.content_id}/in-article-{max(prompt.position, 2)}.png"
        default_storage.delete(name)
        name = default_storage.save(name, ContentFile(made.content))
        return generate_images._Stored(name=name, sha256=stored.sha256)

    patch.setattr(generate_images, "_store", in_one_file)


def ideas_by_the_clock_unlogged(patch):
    charge = CreditService.deduct_credits_for_operation

    def deduct(*, operation_type, **more):
        receipt = charge(operation_type=operation_type, **more)
        if operation_type == "idea_generation" and current_execution_path() is ExecutionPath.SCHEDULED:
            CreditUsageLog.objects.filter(transaction=receipt.transaction_id).delete()
        return receipt

    patch.setattr(CreditService, "deduct_credits_for_operation", staticmethod(deduct))


FAULTS = {
    "1 field renamed, registry not": Fault(
        plant=renamed_in_the_registry, tests=[BY_BUTTONS], shown="500 not found in (200, 202)"
    ),
    "1 field renamed, ledger not": Fault(plant=renamed_in_the_ledger, tests=[BY_RUN_NOW], shown="AttributeError"),
    "2 per 1K in the registry": Fault(
        plant=per_thousand_in_the_registry, tests=[BOTH_SIDES], shown="Decimal('15.000000')"
    ),
    "2 per 1K in the ledger": Fault(
        plant=per_thousand_in_the_ledger, tests=[BY_BUTTONS], shown="!= Decimal('0.0000"
    ),
    "3 images not charged, not logged": Fault(
        plant=images_for_nothing, tests=images("test_each_image_is_charged_and_logged"), shown="Lists differ: [] != "
    ),
    "4 no check before images": Fault(
        plant=images_unchecked,
        tests=images("test_an_empty_account_reaches_no_provider"),
        shown="path='/v1/images/generations'",
    ),
    "5 tier hard-coded in the caller": Fault(
        plant=always_basic_in_the_caller, tests=images("test_the_tier_is_that_of_the_default_model"), shown="'basic'"
    ),
    "5 tier hard-coded in the candidate": Fault(
        plant=always_basic_in_the_candidate, tests=[BOTH_SIDES], shown="'models.quality_tier': ('quality', 'basic')"
    ),
    "6 size hard-coded in the caller": Fault(
        plant=always_square_in_the_caller,
        tests=images("test_the_size_on_the_wire_is_that_of_the_model"),
        shown="- ['1024x1024', '1024x1024', '1024x1024']",
    ),
    "6 size hard-coded in the candidate": Fault(
        plant=always_square_in_the_candidate, tests=[BOTH_SIDES], shown="'models.image_size': ('1376x768', '1024x1024')"
    ),
    "7 two images, one name": Fault(
        plant=first_two_share_a_name,
        tests=images("test_every_image_has_a_file_of_its_own"),
        shown="in-article-2.png) already exists",
    ),
    "8 a function unlogged on a path": Fault(
        plant=ideas_by_the_clock_unlogged, tests=[BY_CLOCK], shown="+  'idea_generation',"
    ),
}  # fmt: skip


@pytest.fixture
def failures(django_db_setup, django_db_blocker):
    """Run tests by name; returns what those say that failed, by name."""

    def run(names: Iterable[str]) -> dict[str, str]:
        result = unittest.TestResult()
        unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromName(name, integration) for name in names).run(
            result
        )
        assert result.testsRun == len(tuple(names))
        return {
            test.id().removeprefix(f"{integration.__name__}."): told for test, told in result.failures + result.errors
        }

    testing.forget()
    with django_db_blocker.unblock():
        yield run
    testing.forget()


class TestFault:
    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
    def test_is_caught_by_the_integration_tests(self, failures, monkeypatch, fault):
        assert failures(fault.tests) == {}
        fault.plant(monkeypatch)
        told = failures(fault.tests)
        assert set(told) == set(fault.tests)
        assert all(fault.shown in text for text in told.values()), told

    def test_of_every_number_is_planted(self):
        assert {name[0] for name in FAULTS} == set("12345678")
