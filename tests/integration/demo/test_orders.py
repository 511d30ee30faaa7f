"""Whatever was called before, and however often: the demo is one demo, and its first screen one screen."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.migration_plan import PLAN
from igny8_core.preparation import CUSTOMERS, OPERATOR, prepare_database
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.models import Flag

from ..console.browser import OVERVIEW, words

FIRST = {
    "setup": lambda: call_command("setup", verbosity=0),
    "setup --demo": lambda: call_command("setup", "--demo", verbosity=0),
    "seed": lambda: call_command("seed", verbosity=0),
    "seed --demo": lambda: call_command("seed", "--demo", verbosity=0),
    "an empty embedded database": lambda: prepare_database(demo=True),
}
"""The documented ways to prepare a database."""
MAKE_RUN = "setup --demo"
ORDERS = [
    (MAKE_RUN,),
    (MAKE_RUN, MAKE_RUN),
    *((first, MAKE_RUN) for first in FIRST if first != MAKE_RUN),
    *((first, first, MAKE_RUN, MAKE_RUN) for first in FIRST if first != MAKE_RUN),
    ("seed", "setup", MAKE_RUN),
    ("setup", "seed", "seed --demo", MAKE_RUN),
    ("an empty embedded database", "setup", "seed", MAKE_RUN),
    (MAKE_RUN, "setup", "seed", MAKE_RUN),
]


@pytest.fixture(autouse=True)
def _own_secrets(settings, tmp_path):
    settings.RUN_DIR = tmp_path


def screen(client):
    """What the console's first page says of the service; who did what to get there, and when, is history."""
    client.force_login(User.objects.get(username=OPERATOR))
    state, heading, _history = words(client.get(OVERVIEW)).partition("Last changes")
    assert heading
    without_history, flags = re.subn(r"Epoch [\d,]+ Last change .*?”", "", state)
    assert flags == len(PLAN.flags)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?|\d\d:\d\d:\d\d", "", without_history)


@pytest.fixture(scope="module")
def seen():
    """The first screen of each order, by order."""
    return {}


class TestEveryOrder:
    @pytest.mark.parametrize("order", ORDERS, ids=" · ".join)
    @pytest.mark.django_db
    def test_leads_to_the_same_first_screen(self, client, seen, order):
        for name in order:
            FIRST[name]()
        shown = screen(client)
        assert "integration-provider-keys" in shown
        assert shown == seen.setdefault("the first", shown)

    @pytest.mark.parametrize("order", ORDERS, ids=" · ".join)
    @pytest.mark.django_db
    def test_compares_on_every_flag_and_funds_everybody_once(self, order):
        for name in order:
            FIRST[name]()
        assert dict(Flag.objects.values_list("name", "baseline")) == {flag.name: "shadow" for flag in PLAN.flags}
        assert Account.objects.count() == CreditTransaction.objects.count() == 12
        assert set(Account.objects.values_list("credits", flat=True)) == {250_000}
        assert set(User.objects.values_list("username", flat=True)) == {OPERATOR, *CUSTOMERS}


class TestDecisionOfAPerson:
    """What somebody has changed is left as it is: a demo is made, not enforced."""

    @pytest.mark.parametrize(
        "decide",
        [
            lambda name: roll_back(name=name, actor="ada", to_off=True),
            lambda name: change_flag(name=name, change=FlagChange(baseline=Stage.OFF), actor="ada"),
        ],
        ids=["rolled back to off", "baseline off"],
    )
    @pytest.mark.parametrize("first", FIRST)
    @pytest.mark.django_db
    def test_to_compare_no_longer_stays(self, first, decide):
        FIRST[first]()
        call_command("setup", "--demo", verbosity=0)
        decide("model-selection")
        FIRST[first]()
        call_command("setup", "--demo", verbosity=0)
        baselines = dict(Flag.objects.values_list("name", "baseline"))
        assert baselines.pop("model-selection") == "off"
        assert set(baselines.values()) == {"shadow"}


class TestStrangersName:
    @pytest.mark.django_db
    def test_of_an_account_stops_no_demo(self):
        call_command("setup", "--demo", verbosity=0)
        Account.objects.create(name="Blue Harbour", plan=Account.objects.first().plan)
        User.objects.filter(username="blue").delete()
        call_command("setup", "--demo", verbosity=0)
        assert User.objects.get(username="blue").account == Account.objects.filter(name="Blue Harbour").first()


class TestDatabaseWithoutTables:
    @pytest.mark.parametrize("demo", [False, True])
    @pytest.mark.django_db
    def test_is_told_how_it_gets_them(self, demo):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE billing_aimodelconfig RENAME TO not_there_yet")
        with pytest.raises(CommandError, match=r"no tables yet.*manage\.py migrate"):
            call_command("seed", demo=demo)
