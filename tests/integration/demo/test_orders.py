"""Whatever was called before, and however often: the demo is one demo, and its first screen one screen.

Each of three ways is first, last and between the others; in every order of them with ``SOAK=1``.
"""

import re
from itertools import permutations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dashboards.bar.broker import ANSWERS, Broker
from igny8_core.auth.models import Account, User
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.migration_plan import PLAN
from igny8_core.preparation import CUSTOMERS, OPERATOR, create_operator, prepare_database
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, Epoch, Flag
from tests.selection import FULL

from ..console.browser import OVERVIEW, words

WAYS = {
    "setup": lambda: call_command("setup", verbosity=0),
    "setup --demo": lambda: call_command("setup", "--demo", verbosity=0),
    "seed": lambda: call_command("seed", verbosity=0),
    "seed --demo": lambda: call_command("seed", "--demo", verbosity=0),
    "an empty embedded database": lambda: prepare_database(demo=True),
}
"""The documented ways to prepare a database."""
MAKE_RUN = "setup --demo"
THREE = ["seed", "setup", MAKE_RUN]
ORDERS = [
    (MAKE_RUN,),
    *(permutations(THREE) if FULL else (THREE[at:] + THREE[:at] for at in range(3))),
    *((way, way, MAKE_RUN, MAKE_RUN) for way in WAYS if way != MAKE_RUN),
    ("seed", "seed --demo", "setup"),
    ("an empty embedded database", "seed", "setup"),
]
"""Whatever is said first, last or twice: in each of them somebody asks for the demo."""


@pytest.fixture(autouse=True)
def _own_secrets(settings, tmp_path):
    settings.RUN_DIR = tmp_path


@pytest.fixture(autouse=True)
def _broker_looked_at(monkeypatch):
    """Nobody has looked for the broker before the first page of a process, whichever order that is of."""
    monkeypatch.setattr(Broker, "state", lambda _: ANSWERS)


@pytest.fixture
def counted(db):
    """Numbers the epochs in a text as a database has them in which nothing was changed before."""
    before = Epoch.objects.values_list("value", flat=True).first() or 0
    return lambda text: re.sub(
        r"(epoch\"?:? )([\d,]+)",
        lambda found: found[1] + str(int(found[2].replace(",", "")) - before),
        text,
        flags=re.IGNORECASE,
    )


def first_screen(client):
    """What the console's first page says, without times."""
    create_operator()
    client.force_login(User.objects.get(username=OPERATOR))
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?|\d\d:\d\d:\d\d", "", words(client.get(OVERVIEW)))


def status(capsys):
    """What ``harness status --json`` says."""
    capsys.readouterr()
    call_command("harness", "status", "--json")
    return capsys.readouterr().out


def trail():
    """Who changed what, in which order, and to what."""
    return list(
        AuditEvent.objects.order_by("id").values_list("actor", "action", "subject", "before", "after", "reason")
    )


@pytest.fixture(scope="module")
def seen():
    """What the first order has led to."""
    return {}


class TestEveryOrder:
    @pytest.mark.parametrize("order", ORDERS, ids=" · ".join)
    @pytest.mark.django_db
    def test_leads_to_the_same_first_screen_and_the_same_trail(self, client, capsys, counted, seen, order):
        for name in order:
            WAYS[name]()
        shown = {"screen": counted(first_screen(client)), "status": counted(status(capsys)), "trail": trail()}
        assert "integration-provider-keys" in shown["screen"]
        assert shown == (seen or shown)
        seen.update(shown)
        # The others leave the replay of the demo to whoever runs it.
        if MAKE_RUN in order:
            self.compares_on_every_flag_and_has_funded_everybody_once()

    def compares_on_every_flag_and_has_funded_everybody_once(self):
        assert dict(Flag.objects.values_list("name", "baseline")) == {flag.name: "shadow" for flag in PLAN.flags}
        assert Account.objects.count() == CreditTransaction.objects.count() == 12
        assert set(Account.objects.values_list("credits", flat=True)) == {250_000}
        assert set(User.objects.values_list("username", flat=True)) == {OPERATOR, *CUSTOMERS}


class TestDecisionOfAPerson:
    """What somebody has changed is left as it is: a demo is made, not enforced."""

    @pytest.mark.covering
    @pytest.mark.parametrize(
        "decide",
        [
            lambda name: roll_back(name=name, actor="ada", to_off=True),
            lambda name: change_flag(name=name, change=FlagChange(baseline=Stage.OFF), actor="ada"),
        ],
        ids=["rolled back to off", "baseline off"],
    )
    @pytest.mark.parametrize("first", WAYS)
    @pytest.mark.django_db
    def test_to_compare_no_longer_stays(self, first, decide):
        WAYS[first]()
        call_command("setup", "--demo", verbosity=0)
        decide("model-selection")
        WAYS[first]()
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
