"""Operations of the service, run again on both sides beside the work of customers.

Each typical one once by default. ``make soak`` sets SOAK=1 and does ten thousand, or as many as SOAK_OPERATIONS says,
in whole rounds of all that are typical; it prints how far it is, and begins anew where it was ended.
"""

import os
from dataclasses import replace
from pathlib import Path
from time import monotonic, process_time
from typing import NamedTuple
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.db import connection
from redis import Redis

from igny8_core.ai.functions import generate_images
from igny8_core.ai.functions.auto_cluster import AutoCluster
from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.effects.typical import TYPICAL
from migration_harness import queries
from migration_harness.log import recorder
from migration_harness.models import RecordedOperation
from migration_harness.operations.shadows import work_off
from migration_harness.operations.telling import is_tried

SOAK = os.environ.get("SOAK") == "1"
OPERATIONS = int(os.environ.get("SOAK_OPERATIONS", "10_000")) if SOAK else len(TYPICAL)
ROUNDS = -(-OPERATIONS // len(TYPICAL))
WITHOUT_END = 100_000.0
FAULTS = [each.name for each in TYPICAL if each.name.endswith("no such model")]
"""The known fault of the legacy side that is told of a service in which nothing is planted: its default has no row."""
MEANT = {"matched", "explained"}
OF_LIVE_WORK = {
    "migration_harness_comparison": "t.seam NOT LIKE 'operation.%'",
    "migration_harness_comparisonsample": "t.seam NOT LIKE 'operation.%'",
    "migration_harness_recordedoperation": "false",
    **dict.fromkeys(
        (
            "migration_harness_lease",
            "migration_harness_reporter",
            "migration_harness_reportedhour",
            "migration_harness_tombstonereporter",
            "migration_harness_tombstonehour",
            "migration_harness_legacyentry",
            "migration_harness_legacyexecution",
            "migration_harness_markedrevision",
        ),
        "false",
    ),
}
"""Rows that may come while operations are shadowed: what the shadows tell, and beats of the processes."""


@pytest.fixture(scope="module")
def provider():
    with sandbox() as server:
        yield server


@pytest.fixture
def serving(committed_demo, provider, settings, tmp_path):
    """The service, whose every operation is recorded and waits to be shadowed."""
    settings.IGNY8_SANDBOX_URL = provider.url
    settings.MEDIA_ROOT = str(tmp_path)
    settings.HARNESS = settings.HARNESS | {"RECORDED_BPS": 10_000, "SHADOWED_BPS": 10_000, "SHADOW_MS": 60_000}
    provider.forget()
    RecordedOperation.objects.all().delete()
    return provider


def customer(name):
    plan = Account.objects.select_related("plan").get(name="Blue Harbour").plan
    account = Account.objects.create(name=name, plan=plan)
    CreditService.add_credits(
        account=account,
        amount=1_000,
        transaction_type=CreditTransaction.TransactionType.SUBSCRIPTION,
        description="For what is typical",
    )
    return Site.objects.create(account=account, name="A site")


def do(*names):
    """Do the operations of these names, or all of them, under ids of their own."""
    for typical in TYPICAL:
        if not names or typical.name in names:
            own = replace(typical, name=f"{typical.name} {uuid4().hex[:6]}")
            own.do(customer(f"Customer of {own.name}"))


def came_to():
    """Return what became of each operation, by its own id."""
    found = RecordedOperation.objects.values_list("operation_id", "shadow", "shadow_why")
    return {name: (state, why) for name, state, why in found}


def advisory_locks():
    """Return how many this session holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return cursor.fetchone()[0]


def unexplained():
    recorder.buffer.flush()
    return [d for d in queries.discrepancies() if d.seam.startswith("operation.") and d.state == "open"]


class TestAnOperation:
    def test_takes_no_lock_for_which_a_flip_would_wait(self, serving, monkeypatch):
        locks, save = [], AutoCluster.save_output

        def looked(*args):
            if is_tried():
                locks.append(advisory_locks())
            return save(*args)

        monkeypatch.setattr(AutoCluster, "save_output", looked)
        do("clustering")
        work_off(at_most_seconds=WITHOUT_END)
        assert ({state for state, _ in came_to().values()} <= MEANT, locks) == (True, [0, 0])

    def test_that_was_done_before_is_again(self, serving):
        (typical,) = [each for each in TYPICAL if each.name == "content_optimization"]
        site, own = customer("A customer who asks twice"), replace(typical, name="asked twice")
        own.do(site)
        own.do(site)
        work_off(at_most_seconds=WITHOUT_END)
        first, second = RecordedOperation.objects.order_by("pk").values_list("shadow", flat=True)
        assert (first in MEANT, second) == (True, "matched")

    @pytest.mark.legacy
    def test_that_the_candidate_has_wrong_is_a_discrepancy_with_its_field(self, serving, monkeypatch):
        monkeypatch.setattr(generate_images.quality_tier, "candidate", lambda **_: "basic")
        do("image_generation")
        work_off(at_most_seconds=WITHOUT_END)
        (found,) = unexplained()
        assert found.seam == "operation.image_generation"
        assert set(found.paths) == {"effects.rows.billing.CreditUsageLog[*].columns.metadata.quality_tier"}

    def test_that_the_service_would_not_do_again_is_not_compared(self, serving, monkeypatch):
        known = unexplained()
        do("image_generation")
        monkeypatch.setattr(generate_images, "image_size", lambda **_: "1024x1024")
        work_off(at_most_seconds=WITHOUT_END)
        ((state, why),) = came_to().values()
        assert (state, "size" in why) == ("unreproducible", True)
        assert unexplained() == known


class TestShadowing:
    def test_leaves_everything_as_without_it(self, serving, capsys):
        """Rows of every table, files, mail, requests to providers, tasks: after the shadows what was there before."""
        without, known, began = increase(serving, shadowed=False), unexplained(), (monotonic(), process_time())
        for done in range(1, ROUNDS + 1):
            assert increase(serving, shadowed=True) == without
            with capsys.disabled():
                print(progress(done * len(TYPICAL), *began))  # noqa: T201  The figures are what a soak is for.
        assert len(unexplained()) == len(known) + len(FAULTS)


class TestALook:
    def test_sees_one_row_and_one_file_that_are_others(self, serving):
        do("image_generation")
        before = everything(serving)
        changed = Account.objects.order_by("pk")[:1].get()
        Account.objects.filter(pk=changed.pk).update(name="Another name")
        written = next(Path(django_settings.MEDIA_ROOT).rglob("*.png"))
        written.write_bytes(written.read_bytes())
        after = everything(serving)
        assert {name for name in after if after[name] != before[name]} == {"igny8_auth_account", "files"}


def progress(done, began, worked):
    """Say how far it is, how long it took, and how much of that this process has worked."""
    took, spent = monotonic() - began, process_time() - worked
    each = f"{1000 * took / done:.0f} ms each, {1000 * spent / done:.0f} ms of them at work here"
    return f"{done:,} of {ROUNDS * len(TYPICAL):,} operations done and shadowed in {took:,.0f} s: {each}"


def increase(provider, *, shadowed):
    """Do every typical operation; returns how much more there is of everything."""
    # Who was refused once is remembered: each round is the first one.
    provider.forget()
    before = everything(provider)
    do()
    after = everything(provider)
    if shadowed:
        assert work_off(at_most_seconds=WITHOUT_END) == len(TYPICAL)
        others = {name.rpartition(" ")[0]: ended for name, ended in came_to().items() if ended[0] not in MEANT}
        assert others == {f"typical {name}": ("differed", "") for name in FAULTS}
        assert everything(provider) == after
    RecordedOperation.objects.all().delete()
    # How much the log keeps of the same thing, samples for example, goes by what it has.
    return {
        name: there.count - before.get(name, NOTHING).count
        for name, there in after.items()
        if not name.startswith("migration_harness_")
    }


def everything(provider):
    recorder.buffer.flush()
    mails, requests, files = list(mail.outbox), list(provider.requests), files_there()
    return {
        **rows_there(),
        "files": There(len(files), files),
        "mail": There(len(mails), mails),
        "requests": There(len(requests), requests),
        **tasks_there(),
    }


class There(NamedTuple):
    """How many there are of something, and what tells them from any others."""

    count: int
    content: object


NOTHING = There(0, None)


def rows_there():
    """Return of every table how many rows it has, and a sum that no change of one leaves; of live work alone."""
    with connection.cursor() as cursor:
        return {table: rows_of(cursor, table) for table in sorted(connection.introspection.table_names())}


def rows_of(cursor, table):
    """Summed up where they are: the long form looks at all of them after each round."""
    cursor.execute(
        f"SELECT count(*), sum(('x' || md5(t::text))::bit(128)::bit(60)::bigint) "
        f'FROM "{table}" t WHERE {OF_LIVE_WORK.get(table, "true")}'
    )
    return There(*cursor.fetchone())


def files_there():
    """Return each file with its size and when it was written: also one that is written over with the same."""
    root = Path(django_settings.MEDIA_ROOT)
    found = {path: path.stat() for path in root.rglob("*.*")}
    return {str(path.relative_to(root)): (stat.st_size, stat.st_mtime_ns) for path, stat in found.items()}


def tasks_there():
    """Return what the broker holds, but for the calls to shadow something."""
    broker = Redis.from_url(django_settings.REDIS_URL)
    keys = sorted(broker.keys(f"{django_settings.REDIS_PREFIX}:*"))
    return {key.decode(): There(1, broker.dump(key)) for key in keys if b"shadow" not in key and b"_kombu" not in key}
