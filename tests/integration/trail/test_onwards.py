"""Who checks the trail all the time reads what is new, and finds what a check of the whole one finds."""

import pytest
from django.db import transaction

from migration_harness.exceptions import AuditTampered
from migration_harness.models import AuditEvent
from migration_harness.trail import audit, check

from . import test_traces as traces
from .test_audit_chain import CHANGED, CUT, FIRST, _trail, flip, forged, forget_head, note, run  # noqa: F401  Fixture.

pytestmark = pytest.mark.usefixtures("_trail")
COPY_BEFORE_THE_FIRST = f"""
INSERT INTO migration_harness_auditevent
    (id, at, actor, action, subject, before, after, reason, evidence, previous_hash, hash)
SELECT id - 1, at, actor, action, subject, before, after, reason, evidence, previous_hash, hash
FROM migration_harness_auditevent WHERE id = {FIRST}
"""


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(check, "_seen", None)


@pytest.fixture
def seen(_trail):  # noqa: F811  The fixture comes first.
    """This process has checked the trail before."""
    assert audit.verified_onwards() == audit.verified()


@pytest.fixture
def read(monkeypatch):
    """The events that were hashed."""
    found = []
    monkeypatch.setattr(audit, "hash_of", lambda event, of=audit.hash_of: (found.append(event.pk), of(event))[1])
    return found


class TestOnwards:
    def test_reads_the_newest_event_and_those_after_it(self, seen, read):
        newest = AuditEvent.objects.latest("id").pk
        audit.verified_onwards()
        assert read == [newest]
        flip(400)
        note()
        read.clear()
        assert audit.verified_onwards().events == AuditEvent.objects.count()
        assert read == [newest, newest + 1, newest + 2]

    def test_reads_all_of_them_the_first_time(self, read):
        audit.verified_onwards()
        assert len(read) == AuditEvent.objects.count()

    def test_says_the_same_as_the_whole(self, seen):
        for share in (400, 500):
            flip(share)
            note()
            assert audit.verified_onwards() == audit.verified()

    def test_forgets_what_never_was(self, seen):
        with transaction.atomic():
            flip(400)
            audit.verified_onwards()
            transaction.set_rollback(True)
        assert audit.verified_onwards() == audit.verified()
        flip(500)
        assert audit.verified_onwards() == audit.verified()


@pytest.mark.usefixtures("seen")
class TestTamperedTrail:
    @pytest.mark.parametrize("what", CUT)
    def test_that_lost_something_is_noticed(self, what):
        run(CUT[what])
        for _ in range(2):
            with pytest.raises(AuditTampered):
                audit.verified_onwards()

    # A note alone left no trace but the hash that was logged: nor does the whole trail tell of it.
    @pytest.mark.parametrize("what", [each for each in CUT if each != "the last event, of a note"])
    def test_that_lost_something_and_went_on_is_noticed(self, what):
        run(CUT[what])
        flip(900)
        with pytest.raises(AuditTampered):
            audit.verified_onwards()

    @pytest.mark.parametrize("what", ["the last two", "the last four", "all"])
    def test_that_lost_its_end_and_its_head_is_noticed(self, what):
        run(CUT[what])
        forget_head()
        with pytest.raises(AuditTampered, match="Flags were changed up to epoch"):
            audit.verified_onwards()

    @pytest.mark.parametrize("column", CHANGED)
    def test_whose_newest_event_was_changed_is_noticed(self, column):
        event = AuditEvent.objects.latest("id")
        run(f"UPDATE migration_harness_auditevent SET {column} = {CHANGED[column]} WHERE id = %s", event.pk)
        with pytest.raises(AuditTampered):
            audit.verified_onwards()

    def test_that_was_added_to_in_front_is_noticed(self):
        run(COPY_BEFORE_THE_FIRST)
        with pytest.raises(AuditTampered):
            audit.verified_onwards()

    @pytest.mark.parametrize("content", [{"evidence": {"epoch": 1}}, {"evidence": {"epoch": 10**6}}], ids=str)
    def test_that_was_added_to_is_noticed(self, content):
        forged(**content)
        with pytest.raises(AuditTampered):
            audit.verified_onwards()

    def test_says_it_in_the_words_of_the_whole(self):
        run(CUT["the last two"])
        told = []
        for verify in (audit.verified, audit.verified_onwards):
            with pytest.raises(AuditTampered) as caught:
                verify()
            told.append(caught.value.sentences)
        assert told[0] == told[1]


class TestWhatTheTrailTellsOf:
    @pytest.mark.parametrize("what", traces.CHANGED)
    def test_is_compared_with_the_tables_each_time(self, what):
        act, statement, sentence = traces.CHANGED[what]
        act()
        audit.verified_onwards()
        traces.as_owner(statement)
        with pytest.raises(AuditTampered, match=sentence):
            audit.verified_onwards()

    @pytest.mark.parametrize("what", traces.CHANGED)
    def test_is_taken_in_where_it_is_new(self, what):
        audit.verified_onwards()
        act, statement, sentence = traces.CHANGED[what]
        act()
        traces.as_owner(statement)
        with pytest.raises(AuditTampered, match=sentence):
            audit.verified_onwards()
