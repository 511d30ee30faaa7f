"""Operations of the service, run again on both sides beside the work of customers."""

import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
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

ROUNDS = -(-10_000 // len(TYPICAL)) if os.environ.get("SOAK") == "1" else 1
"""Of every typical operation: each once; with SOAK=1 ten thousand in all, or what SOAK_MINUTES let through."""
LONGEST_SECONDS = 60 * float(os.environ.get("SOAK_MINUTES", "inf"))
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
    def test_leaves_everything_as_without_it(self, serving):
        """Rows of every table, files, mail, requests to providers, tasks: after the shadows what was there before."""
        without, known = increase(serving, shadowed=False), unexplained()
        began, rounds = monotonic(), 0
        while rounds < ROUNDS and (rounds == 0 or monotonic() - began < LONGEST_SECONDS):
            assert increase(serving, shadowed=True) == without
            rounds += 1
        print(f"{rounds * len(TYPICAL)} operations, shadowed in {monotonic() - began:.0f} s")  # noqa: T201  As a soak does.
        assert len(unexplained()) == len(known) + len(FAULTS)


def increase(provider, *, shadowed):
    """Do every typical operation; returns how much more there is of everything."""
    # Who was refused once is remembered: each round is the first one.
    provider.forget()
    before = everything(provider)
    do()
    after = everything(provider)
    if shadowed:
        assert work_off(at_most_seconds=WITHOUT_END) == len(TYPICAL)
        others = {name.rpartition(" ")[0]: state for name, (state, _) in came_to().items() if state not in MEANT}
        assert others == {f"typical {name}": "differed" for name in FAULTS}
        assert everything(provider) == after
    RecordedOperation.objects.all().delete()
    # How much the log keeps of the same thing, samples for example, goes by what it has.
    return {
        n: len(there) - len(before.get(n, ())) for n, there in after.items() if not n.startswith("migration_harness_")
    }


def everything(provider):
    recorder.buffer.flush()
    return {
        **rows_there(),
        "files": files_there(),
        "mail": list(mail.outbox),
        "requests": list(provider.requests),
        **tasks_there(),
    }


def rows_there():
    """Return the rows of every table; of the harness's own, what is of live work."""
    with connection.cursor() as cursor:
        return {table: rows_of(cursor, table) for table in sorted(connection.introspection.table_names())}


def rows_of(cursor, table):
    cursor.execute(f'SELECT t::text FROM "{table}" t WHERE {OF_LIVE_WORK.get(table, "true")} ORDER BY 1')
    return [row for (row,) in cursor.fetchall()]


def files_there():
    root = Path(django_settings.MEDIA_ROOT)
    return {str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest() for path in root.rglob("*.*")}


def tasks_there():
    """Return what the broker holds, but for the calls to shadow something."""
    broker = Redis.from_url(django_settings.REDIS_URL)
    keys = sorted(broker.keys(f"{django_settings.REDIS_PREFIX}:*"))
    return {key.decode(): broker.dump(key) for key in keys if b"shadow" not in key and b"_kombu" not in key}
