"""The log's days: made ahead, and removed when they are old and folded."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.log import partitions
from migration_harness.log.partitions import drop_before, prepare
from migration_harness.log.retention import SAMPLES_OF_A_DISCREPANCY, retain
from migration_harness.models import AccountRollup, Comparison, ComparisonSample, DayRollup, EvidenceTotal, MinuteRollup
from migration_harness.tasks import fold_comparisons, remove_old_comparisons

from .committing import commit, connect, fold, insert, settle
from .recount import differing

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = date(2020, 5, 17)


@pytest.fixture(autouse=True)
def _no_partition_is_left():
    yield
    with connection.cursor() as cursor:
        for name, _ in list(partitions._partitions()):
            cursor.execute(f"DROP TABLE {name}")


def age(other, *, days):
    """Write one comparison that was made so many days ago."""
    other.execute(
        "INSERT INTO migration_harness_comparison (at, seam, flag_epoch, stage, account_id, account_plan, "
        "execution_path, group_by, verdict, control_ns, candidate_ns, operation_id, request_id, run) "
        "SELECT now() - make_interval(days => %s), 's', 1, "
        "'shadow', '1', '', 'direct', '{}', 'match', 1, 1, '', '', ''",
        [days],
    )


def made_for(day):
    """Make the partition of one day; returns its name."""
    assert partitions._make(day)
    return partitions._name(day)


def exists(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return cursor.fetchone()[0]


class TestPrepare:
    def test_makes_today_and_the_days_ahead_once(self):
        assert len(prepare(days_ahead=3)) == 4
        assert prepare(days_ahead=3) == []

    def test_leaves_a_day_whose_rows_are_in_the_default_partition(self):
        commit(1, 1)
        today = timezone.now().astimezone(UTC).date()
        assert partitions._name(today) not in prepare(days_ahead=1)
        assert Comparison.objects.count() == 1

    def test_goes_on_beside_a_transaction_that_writes_to_the_log(self):
        with connect() as other:
            prepare(days_ahead=0)
            insert(other, 3000, 1)
            assert len(prepare(days_ahead=2)) == 2

    def test_gives_up_for_now_where_it_would_hold_up_others(self, monkeypatch):
        monkeypatch.setattr(partitions, "PAUSE_SECONDS", 0)
        with connect() as other:
            other.execute("LOCK TABLE migration_harness_comparison IN SHARE ROW EXCLUSIVE MODE")
            assert prepare(days_ahead=1) == []

    @pytest.mark.parametrize("statement", ["UPDATE {} SET seam = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
    @pytest.mark.parametrize("which", ["log", "partition", "default"])
    def test_leaves_every_partition_append_only(self, which, statement):
        name = {"log": partitions.TABLE, "default": f"{partitions.TABLE}_default"}.get(which) or made_for(LONG_AGO)
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(name))


class TestDrop:
    @pytest.fixture
    def old(self):
        """A partition of long ago with one comparison in it."""
        name, days = made_for(LONG_AGO), (timezone.now().astimezone(UTC).date() - LONG_AGO).days
        with connect() as other:
            age(other, days=days)
        return name

    def test_keeps_what_is_not_folded(self, old):
        assert drop_before(LONG_AGO + timedelta(days=1)) == ()
        assert exists(old)
        assert differing() == {}

    def test_drops_what_is_and_keeps_it_in_the_rollups(self, old):
        fold()
        assert drop_before(LONG_AGO + timedelta(days=1)) == (old,)
        assert not exists(old)
        assert [rollup.comparisons for rollup in DayRollup.objects.all()] == [1]

    def test_keeps_what_is_not_old(self, old):
        fold()
        assert drop_before(LONG_AGO) == ()
        assert exists(old)

    def test_holds_nobody_up_and_tries_again(self, old, monkeypatch):
        monkeypatch.setattr(partitions, "PAUSE_SECONDS", 0)
        fold()
        with connect() as other:
            insert(other, 1, 1)
            assert drop_before(LONG_AGO + timedelta(days=1)) == ()
        assert drop_before(LONG_AGO + timedelta(days=1)) == (old,)


class TestRetain:
    @pytest.fixture(autouse=True)
    def kept(self, settings):
        settings.HARNESS = settings.HARNESS | {
            "KEEP_COMPARISONS_DAYS": 30, "KEEP_ROLLUPS_DAYS": 60, "KEEP_MINUTES_DAYS": 2,
        }  # fmt: skip

    @pytest.fixture
    def written(self):
        """One comparison each of today, last week, a month and a half ago, and three months ago."""
        with connect() as other:
            for days in (0, 7, 45, 90):
                age(other, days=days)

    def test_removes_nothing_that_is_not_folded(self, written):
        retain(now=timezone.now())
        assert Comparison.objects.count() == 4

    def test_keeps_each_as_long_as_its_setting_says(self, written):
        settle()
        fold_comparisons()
        remove_old_comparisons()
        kept = [model.objects.count() for model in (Comparison, AccountRollup, DayRollup, MinuteRollup)]
        assert kept == [2, 2, 3, 1]
        assert [total.comparisons for total in EvidenceTotal.objects.all()] == [4]

    def test_says_what_it_removed_and_finds_nothing_the_second_time(self, written):
        fold()
        now = timezone.now()
        removed, again = retain(now=now), retain(now=now)
        assert (removed.comparisons, removed.minutes, removed.days, removed.accounts) == (2, 3, 1, 2)
        assert (again.comparisons, again.minutes, again.days, again.accounts) == (0, 0, 0, 0)

    def test_keeps_the_newest_samples_and_one_of_each_discrepancy(self):
        now = timezone.now()
        fields = {"seam": "s", "verdict": "mismatch", "group": [], "payload": {}, "account_id": "1", "operation_id": ""}
        many = SAMPLES_OF_A_DISCREPANCY + 10
        ComparisonSample.objects.bulk_create(
            [ComparisonSample(signature="often", at=now - timedelta(minutes=n), **fields) for n in range(many)]
            + [ComparisonSample(signature="old", at=now - timedelta(days=n), **fields) for n in (40, 50)]
        )
        assert retain(now=now).samples == 11
        assert ComparisonSample.objects.filter(signature="often").count() == SAMPLES_OF_A_DISCREPANCY
        assert ComparisonSample.objects.get(signature="old").at == now - timedelta(days=40)

    @pytest.mark.parametrize("days", [0, -1, "90", None, True])
    def test_refuses_a_setting_that_is_no_number_of_days(self, settings, days):
        settings.HARNESS = settings.HARNESS | {"KEEP_MINUTES_DAYS": days}
        with pytest.raises(HarnessMisconfigured, match="KEEP_MINUTES_DAYS"):
            retain(now=datetime.now(UTC))
