"""A wrong price is found after half of the traffic, and healed: once, also by a process that is killed."""

import json
import signal
from collections import Counter
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection
from django.db.models import QuerySet
from django.utils import timezone

from igny8_core.auth.models import Account
from igny8_core.business.billing.services import healing as host
from igny8_core.seed import DEMO_ACCOUNTS
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.models import AuditEvent
from migration_harness.money.healing import heal
from migration_harness.money.ledger import Scope
from migration_harness.money.survey import survey
from tests.integration.healing_parts import FLAG, IMAGES, adds_up, balances, entries, healed, misprice
from tests.waiting import PATIENCE_SECONDS

from .conftest import process
from .trace import TRACE

pytestmark = pytest.mark.usefixtures("selected")

HALF, ALL, IMAGES_EVERY = 240, 480, 5
# By model: one costs too much, one too little; the third and the text models are as they were signed.
WRONG_PRICES = {"google:4@2": {"credits_per_image": 23}, "dall-e-3": {"credits_per_image": 3}}
POINTS = (
    "before the first entry",
    "between an entry and its note",
    "before an entry commits",
    "between two accounts",
    "before the audit event of the end",
)


def replay(rows, *, run):
    call_command("harness", "replay", str(TRACE), "--limit", str(rows), "--images", str(IMAGES_EVERY), "--run", run)


def paid_too_much(first, last):
    """What each account pays too much and too little for these rows, by the published and the wrong prices alone."""
    accounts = list(Account.objects.filter(name__in=DEMO_ACCOUNTS).order_by("pk").values_list("pk", flat=True))
    too_much, too_little = Counter(), Counter()
    for i in range(first, last):
        if (i + 1) % IMAGES_EVERY:
            continue
        for model, (signed, _) in IMAGES.items():
            paid = WRONG_PRICES.get(model, {}).get("credits_per_image", signed)
            too_much[accounts[i % 12]] += max(paid - signed, 0)
            too_little[accounts[i % 12]] += max(signed - paid, 0)
    return +too_much, +too_little


def dry_run(capsys, *arguments):
    capsys.readouterr()
    call_command("harness", "heal", "--json", *arguments)
    return json.loads(capsys.readouterr().out)


def by_account(found, name):
    return +Counter({int(each["account_id"]): each[name] for each in found["accounts"]})


@pytest.fixture(scope="module")
def half_live(selected):
    """The first half of the rows at the legacy price, the second half at the candidate's, which is wrong."""
    misprice(WRONG_PRICES)
    replay(HALF, run="half")
    change_flag(name=FLAG, change=FlagChange(everyone=True), actor="fixture")
    replay(ALL, run="half")


@pytest.mark.usefixtures("half_live")
class TestHealingAfterAReplay:
    """In order: what is due, then it is healed."""

    def test_names_what_each_account_paid_too_much(self, capsys):
        found = dry_run(capsys)
        too_much, too_little = paid_too_much(HALF, ALL)
        assert too_much
        assert (by_account(found, "overpaid"), by_account(found, "underpaid")) == (too_much, too_little)
        assert found["charges"] == {"replay, run half": HALF + 3 * HALF // IMAGES_EVERY}

    def test_gives_it_back_once_however_often_it_is_run(self, capsys):
        before, (too_much, _) = balances(), paid_too_much(HALF, ALL)
        for _ in range(3):
            call_command("harness", "heal", "--write", "--yes", "--reason", "wrong price")
        assert {pk: now - before[pk] for pk, now in balances().items() if now != before[pk]} == too_much
        assert by_account(dry_run(capsys), "refunded") == too_much
        assert AuditEvent.objects.filter(action="heal").count() == 1
        assert adds_up()

    def test_by_several_people_at_once_gives_it_back_once(self):
        replay(60, run="at once")
        before, (too_much, _) = balances(), paid_too_much(0, 60)
        assert heal_at_once("ada", "bob", "cem", "dot") == []
        assert {pk: now - before[pk] for pk, now in balances().items() if now != before[pk]} == too_much
        assert adds_up()

    def test_by_two_at_once_would_meet_without_the_lock_and_the_note_refuses_the_second(self, monkeypatch):
        replay(60, run="without the lock")
        before, (too_much, _) = balances(), paid_too_much(0, 60)
        both_have_read, charges = Barrier(2, timeout=PATIENCE_SECONDS), host._charges
        waits = iter([True, True])

        def read(*args):
            due = charges(*args)
            if next(waits, False):
                both_have_read.wait()
            return due

        monkeypatch.setattr(host, "_charges", read)
        monkeypatch.setattr(QuerySet, "select_for_update", unlocked(QuerySet.select_for_update))
        (error,) = heal_at_once("ada", "bob")
        assert isinstance(error, IntegrityError)
        assert {pk: now - before[pk] for pk, now in balances().items() if now != before[pk]} == too_much
        assert adds_up()

    @pytest.mark.parametrize("point", POINTS)
    def test_killed_in_the_middle_is_completed_by_the_next_run(self, capsys, tmp_path, point):
        run = f"killed {point}"
        replay(60, run=run)
        before, (too_much, _) = balances(), paid_too_much(0, 60)
        # The rows that came before are healed or were not dear; only those of this run are due.
        assert by_account(dry_run(capsys), "overpaid") == too_much
        log = tmp_path / "heal.log"
        with process("tests.acceptance.killed_heal", point, log=log) as started:
            assert started.wait(120) == -signal.SIGKILL, log.read_text()[-2_000:]
        assert adds_up()
        given = sum(balances().values()) - sum(before.values())
        assert given == sum(healed_of(run).values())
        assert (given == sum(too_much.values())) == (point == POINTS[-1])
        assert AuditEvent.objects.latest("id").action == "begin heal"

        call_command("harness", "heal", "--write", "--yes")
        assert {pk: now - before[pk] for pk, now in balances().items() if now != before[pk]} == too_much
        assert sum(healed_of(run).values()) == sum(too_much.values())
        assert sum(entries().values_list("amount", flat=True)) == sum(healed().values())
        assert adds_up()


def heal_at_once(*names):
    """Let these people heal what they have all looked at, at the same time; returns what went wrong."""
    found, ready, errors = survey(Scope(since=None, until=timezone.now())), Barrier(len(names)), []

    def person(name):
        try:
            ready.wait()
            heal(found, actor=name)
        except DatabaseError as error:
            errors.append(error)
        finally:
            connection.close()

    people = [Thread(target=person, args=[name]) for name in names]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return errors


def unlocked(select_for_update):
    """Take away the lock that healing takes, and no other."""
    return lambda rows, **options: rows if options.get("no_key") else select_for_update(rows, **options)


def healed_of(run):
    return {operation: given for operation, given in healed().items() if operation.startswith(f"replay:{run}:")}
