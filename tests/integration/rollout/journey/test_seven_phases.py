"""The seven phases on the demo, walked by commands: each gate is seen shut, and opens for its real reason.

What is charged is charged by the real services, on all four execution paths. A day is an hour, and the gates want less
evidence; ``make soak`` sets SOAK=1 and brings as much as they want of everybody.
"""

import os
from itertools import count

import pytest
from django.core.management import call_command

from igny8_core.ai import choices
from igny8_core.auth.models import Account
from igny8_core.business.billing.models import AIModelConfig
from igny8_core.modules.system.models import GlobalIntegrationSettings
from igny8_core.modules.system.seams import model_choices
from migration_harness.evidence import findings
from migration_harness.plan import plan
from rehearsal.traffic import ask_about_models, ask_for_keys, charge_every_stratum

from .shut import NEVER_SHUT, SHUT, STAY_SHUT

pytestmark = pytest.mark.legacy
FULL = os.environ.get("SOAK") == "1"
ENOUGH = findings.ENOUGH if FULL else 40
"""Comparisons that the gates want of every stratum."""
MOST_RATIO = findings.MOST_RATIO if FULL else 0.05
"""The mismatch ratio that they let a seam have."""
ENOUGH_FOR_A_BOUND = 509 if FULL else 100
"""Comparisons of a seam without a failure that prove it."""
A_WHILE = 100
"""Calls of a seam that are timed before anybody says which side is slower."""
WITH_THE_OTHER_SERVICE = "Juniper Foods"
"""Its default for images is another one than everybody's, so that the new default is not what the list foresees."""


@pytest.fixture(autouse=True)
def _wanted(monkeypatch):
    """How many comparisons they want is a number; its own tests hold the one that everybody gets."""
    monkeypatch.setattr(findings, "ENOUGH", ENOUGH)
    monkeypatch.setattr(findings, "MOST_RATIO", MOST_RATIO)


class TestPlan:
    def test_is_walked_from_its_first_phase_to_the_last_and_each_gate_opens_for_its_reason(self, walk, customer):
        walk.look(*(phase.number for phase in plan().phases))
        additive_phases(walk)
        keys(walk, customer)
        credits_by_model(walk, customer)
        endpoint(walk, customer.account)
        frontend(walk, customer.account)
        last_phase_waits(walk)
        gates = set(walk.shut) | walk.opened
        assert {key: told[: len(SHUT.get(key, ""))] for key, told in walk.shut.items()} == SHUT
        assert gates - set(walk.shut) == NEVER_SHUT
        assert gates - walk.opened == STAY_SHUT
        assert len(gates) == sum(len(phase.gates) for phase in plan().phases) - 1, "all but leaving the last phase"


def additive_phases(walk):
    """Phases 1 and 2 wait for the tests alone."""
    assert "Gate tests is unknown" in walk.is_refused("advance", "1")
    walk.reports_the_tests(1)
    walk.look(1)
    walk.does("advance", "1")
    assert "Gate tests is unknown" in walk.is_refused("advance", "2")
    walk.reports_the_tests(2)
    walk.look(2)


def keys(walk, customer):
    account = customer.account
    a_key_of_one_store(walk, account)
    assert "Gate comparisons is unknown" in walk.is_refused("advance", "2")
    assert "Phase 3 (Keys from IntegrationProvider) comes after phase 2" in walk.is_refused(
        *on("integration-provider-keys")
    )
    customer.work_on_every_path("before")
    ask_for_keys(account, times=ENOUGH)
    walk.does("advance", "2")
    walk.enters(3)
    walk.goes_live(3)
    walk.goes_back_and_forward(3, meanwhile=lambda: ask_for_keys(account, times=A_WHILE))
    walk.leaves(3)


def a_key_of_one_store(walk, account):
    """Somebody enters a key past the service: it is seen, put right, and what was compared before counts no more."""
    row = GlobalIntegrationSettings.objects.get()
    GlobalIntegrationSettings.objects.update(openai_api_key="of another customer")
    ask_for_keys(account, times=1)
    walk.look(3)
    row.save()
    walk.acknowledges_what_is_open()
    walk.compares_anew("integration-provider-keys")


def credits_by_model(walk, customer):
    accounts = list(Account.objects.select_related("plan").order_by("pk"))
    a_default_that_nobody_foresaw(walk, next(each for each in accounts if each.name == WITH_THE_OTHER_SERVICE))
    walk.does("trial-balance")
    payers = [account for account in accounts if account.name != WITH_THE_OTHER_SERVICE]
    charge_every_stratum(payers, times=ENOUGH, name="before")
    ask_about_models(customer.account, times=ENOUGH_FOR_A_BOUND)
    map_retired_choices(walk)
    sign_the_forecast(walk)
    walk.does("trial-balance")
    walk.does("advance", "3")
    walk.enters(4)
    go_live_with_credits(walk, customer)
    walk.leaves(4)
    walk.does("advance", "4")


def a_default_that_nobody_foresaw(walk, account):
    choices.working_image_model(account=account)
    walk.look(4)
    walk.acknowledges_what_is_open()
    walk.compares_anew("model-selection")


def map_retired_choices(walk):
    assert "Gate choices is closed" in walk.is_refused("advance", "3")
    mapped = ("gpt-4.1=gpt-5.1", "dall-e-2=dall-e-3", "bria:10@1=runware:97@1")
    call_command("retired_choices", *(word for each in mapped for word in ("--map", each)), "--reason", "by the owners")


def sign_the_forecast(walk):
    walk.does("forecast", "--since", "30d")
    assert "Nobody has signed a forecast" in walk.is_refused("advance", "3")
    walk.does("forecast", "--sign-off", "--reason", "agreed with finance", "--yes")


def go_live_with_credits(walk, customer):
    runs = count()

    def work_for_a_while():
        charge_every_stratum([customer.account], times=8, name=f"after {next(runs)}")
        ask_about_models(customer.account, times=A_WHILE)

    walk.goes_live(4, meanwhile=work_for_a_while)
    customer.work_on_every_path("after")
    walk.goes_back_and_forward(4, meanwhile=work_for_a_while)


def endpoint(walk, account):
    walk.enters(5)
    walk.goes_live(5)
    walk.leaves(5)
    assert "Nothing of this phase was ever compared" in walk.is_refused("advance", "5")
    model_choices(account=account, model_type="image")
    walk.does("advance", "5")


def frontend(walk, account):
    a_label_that_nobody_signed(walk, account)
    assert "Gate discrepancies is closed" in walk.is_refused(*on("dynamic-model-choices"))
    walk.acknowledges_what_is_open()
    walk.enters(6)
    walk.goes_live(6)
    walk.leaves(6)


def a_label_that_nobody_signed(walk, account):
    row = AIModelConfig.objects.get(model_name="google:4@2")
    AIModelConfig.objects.filter(pk=row.pk).update(display_name="Dear")
    model_choices(account=account, model_type="image")
    row.save()
    walk.look(6)


def last_phase_waits(walk):
    """Nothing else than days without an execution of legacy code is missing before the deletion."""
    walk.reports_the_tests(7)
    walk.ticks_everything_off(7)
    assert "Gate backup is" in walk.is_refused("advance", "6")
    walk.keeps_a_way_back()
    assert set(walk.look(7)) == STAY_SHUT
    told = walk.is_refused("advance", "6")
    assert "Gate legacy_unused is" in told
    assert told.count("Gate ") == len(STAY_SHUT)


def on(flag):
    return "flag", flag, "--everyone", "yes", "--reason", "soon"
