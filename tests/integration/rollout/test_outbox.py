"""A notice is put down with what it tells of, and never in its way."""

from decimal import Decimal
from threading import Event, Thread

import pytest
import structlog
from django.db import connection, transaction
from django.utils import timezone

from migration_harness.models import Notice, SeenDiscrepancy
from migration_harness.rollout.notices import outbox
from migration_harness.rollout.notices.outbox import NoticeKind, tell
from migration_harness.secret import Secret
from tests.trial_flag import FLAG
from tests.waiting import PATIENCE_SECONDS, until


class Unprintable:
    def __str__(self):
        raise RuntimeError("no")


@pytest.fixture
def events():
    with structlog.testing.capture_logs() as events:
        yield events


def names(events):
    return [each["event"] for each in events]


@pytest.mark.django_db(transaction=True)
class TestANotice:
    def test_commits_with_what_it_tells_of_and_is_logged_then(self, told, events):
        with transaction.atomic():
            told(step="5 %")
            assert names(events) == []
        until(lambda: events)
        (notice,) = Notice.objects.all()
        assert (notice.kind, notice.subject, notice.details) == ("rolled_back", FLAG, {"step": "5 %"})
        assert [(each["event"], each["notice"], each["sentence"]) for each in events] == [
            ("harness.notice", str(notice.key), "It was rolled back.")
        ]

    def test_is_not_told_where_nothing_came_of_it(self, told, events):
        with pytest.raises(RuntimeError), transaction.atomic():
            told()
            raise RuntimeError("no")
        assert (Notice.objects.count(), names(events)) == (0, [])

    def test_waits_for_no_one_who_holds_the_table(self, told, events):
        held, over = Event(), Event()

        def hold():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("LOCK TABLE migration_harness_notice")
                held.set()
                over.wait(PATIENCE_SECONDS)
            connection.close()

        holder = Thread(target=hold)
        holder.start()
        held.wait(PATIENCE_SECONDS)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '7s'")
            # It would wait for ever, if it waited.
            told()
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("7s",)
        over.set()
        holder.join(PATIENCE_SECONDS)
        assert "harness.notice_lost" in names(events)
        assert Notice.objects.count() == 0


class TestWhatIsToldOf:
    """It is done, whatever becomes of the notice."""

    @pytest.fixture(
        params={
            "no table": "ALTER TABLE migration_harness_notice RENAME TO nowhere",
            "a column too many": "ALTER TABLE migration_harness_notice ADD odd integer NOT NULL",
            "a rule": "ALTER TABLE migration_harness_notice ADD CHECK (kind = '')",
        }.items(),
        ids=lambda param: param[0],
    )
    def unwritable(self, request, db):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(request.param[1])

    def test_stays_where_the_outbox_cannot_be_written(self, unwritable, told, events):
        with transaction.atomic():
            SeenDiscrepancy.objects.create(signature="abc", seam="s", verdict="mismatch", first_at=timezone.now())
            told()
        assert SeenDiscrepancy.objects.count() == 1
        assert names(events).count("harness.notice_lost") == 1

    def test_stays_where_its_transaction_has_failed_before(self, db, told, events):
        with transaction.atomic():
            transaction.set_rollback(True)
            told()
        assert names(events) == ["harness.notice_lost"]

    @pytest.mark.parametrize(
        "odd",
        [
            {"subject": Unprintable()},
            {"sentence": Unprintable()},
            {"details": None},
            {"details": {Unprintable(): 1}},
            {"details": [1]},
            {"kind": Unprintable()},
        ],
        ids=lambda odd: next(iter(odd)),
    )
    def test_stays_whatever_is_said_of_it(self, db, events, odd):
        said = {"kind": NoticeKind.ROLLED_BACK, "subject": FLAG, "sentence": "s", "details": {}}
        tell(**said | odd)
        assert names(events) == ["harness.notice_lost"]


@pytest.mark.django_db
class TestWhatIsKept:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("text", "text"),
            (7, 7),
            (None, None),
            (True, True),
            (2**60, str(2**60)),
            ("two\nlines", "two\\nlines"),
            ("\x1b[2Jgone", "\\x1b[2Jgone"),
            ("nul\x00", "nul\N{REPLACEMENT CHARACTER}"),
            ("half \ud83d", "half \N{REPLACEMENT CHARACTER}"),
            ("x" * 501, "x" * 499 + "…"),
            (10**5_000, "(int)"),
            (Decimal(1), "(Decimal)"),
            ({"password": "hunter2"}, "(dict)"),
            (b"hunter2", "(bytes)"),
            (Unprintable(), "(Unprintable)"),
        ],
        ids=lambda value: repr(type(value)),
    )
    def test_of_a_detail_is_plain(self, told, given, kept):
        told(detail=given)
        assert Notice.objects.get().details == {"detail": kept}

    def test_of_a_secret_is_its_fingerprint(self, told):
        told(key=Secret("hunter2"))
        assert Notice.objects.get().details == {"key": Secret("hunter2").fingerprint}

    def test_has_bounds(self, told):
        told(subject="s" * 10_000, sentence="s" * 10_000, **{f"{n:03}" + "n" * 1_000: "v" * 10_000 for n in range(99)})
        notice = Notice.objects.get()
        assert (len(notice.subject), len(notice.sentence)) == (outbox.SUBJECT_CHARACTERS, outbox.SENTENCE_CHARACTERS)
        assert len(notice.details) == outbox.MOST_DETAILS
        assert {(len(name), len(value)) for name, value in notice.details.items()} == {
            (outbox.NAME_CHARACTERS, outbox.DETAIL_CHARACTERS)
        }
