"""A database that was restored under running processes: what it says of the flags counts, whatever they knew."""

import pytest
from django.db import connection, transaction

from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.source import BackgroundSource
from migration_harness.models import Epoch, Flag
from tests.acceptance.conftest import until
from tests.trial_flag import FLAG

pytestmark = pytest.mark.django_db(transaction=True)
GUARDED = "migration_harness_flag", "migration_harness_epoch"


@pytest.fixture
def knowing(trial_flag):
    """A process that knows everybody to be on the flag."""
    change_flag(name=FLAG, change=FlagChange(everyone=True), actor="tester")
    source = BackgroundSource()
    assert source.newest().in_cohort(FLAG, "1")
    yield source
    source.stop()


def restore(*, epoch):
    """Leave the flags as a backup may have them: nobody is on the flag."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        Flag.objects.filter(name=FLAG).update(everyone=False, epoch=epoch)
        Epoch.objects.update(value=epoch)
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def lose_connections():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'harness lease%'"
        )


class TestRestoredFlags:
    @pytest.mark.parametrize("back", [0, 1, 3], ids=["the same epoch", "an epoch before", "some epochs before"])
    def test_count_for_a_process_that_lost_its_connection(self, knowing, back):
        with transaction.atomic():
            restore(epoch=Epoch.objects.get().value - back)
            lose_connections()
        until(lambda: not knowing.newest().is_fenced and not knowing.newest().in_cohort(FLAG, "1"), seconds=60)

    @pytest.mark.parametrize("back", [1, 3], ids=["an epoch before", "some epochs before"])
    def test_count_for_a_process_that_noticed_nothing(self, knowing, back):
        restore(epoch=Epoch.objects.get().value - back)
        until(lambda: not knowing.newest().is_fenced and not knowing.newest().in_cohort(FLAG, "1"), seconds=60)
