"""A process that renews its lease and never takes the flags over is waited for, and named."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from migration_harness.deciding import acknowledgement
from migration_harness.deciding.clock import boot_ns
from migration_harness.deciding.leases import LEASE_SECONDS
from migration_harness.models import Lease

pytestmark = pytest.mark.django_db(transaction=True)

EPOCH = 1_000


@pytest.fixture
def deaf():
    """A process of an older epoch whose lease is renewed, again and again."""
    now, over = timezone.now(), threading.Event()
    lease = Lease.objects.create(
        host="web-1", pid=7, role="web", epoch=EPOCH - 1, open_units=0, taken_at=now, renewed_at=now,
        acknowledged_at=now, expires_at=now,
    )  # fmt: skip

    def renew():
        while not over.wait(LEASE_SECONDS / 20):
            Lease.objects.filter(pk=lease.pk).update(renewed_at=timezone.now())
        connection.close()

    thread = threading.Thread(target=renew)
    thread.start()
    yield lease
    over.set()
    thread.join()


class TestProof:
    def test_does_not_hold_while_a_process_does_not_take_the_flags_over(self, deaf):
        proof = acknowledgement.wait_for(epoch=EPOCH, since_ns=boot_ns(), patience_seconds=LEASE_SECONDS + 1)
        assert (proof.holds, [each.pid for each in proof.late], proof.fenced) == (False, [7], ())

    def test_holds_once_it_has(self, deaf):
        Lease.objects.filter(pk=deaf.pk).update(epoch=EPOCH)
        proof = acknowledgement.wait_for(epoch=EPOCH, since_ns=boot_ns())
        assert (proof.holds, proof.late, proof.fenced) == (True, (), ())
