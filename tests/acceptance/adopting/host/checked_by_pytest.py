"""The shop's own tests, by pytest: its fixtures come with the wheel."""

import threading
from urllib.request import urlopen

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from quotes.seams import quote
from waffle.testutils import override_flag

from migration_harness.api import Stage, create_flag
from migration_harness.plan import PlannedFlag
from migration_harness.testing import SidesDiffer, expect_mismatch, flags_at

HEAVY = {"customer": "anna", "grams": 2000}


def parcel():
    return quote(**HEAVY)


def stored(name="rebates"):
    create_flag(planned=PlannedFlag(name=name, owner="tests"), baseline=Stage.SHADOW, actor="tests")


def events():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM migration_harness_auditevent")
        return cursor.fetchone()[0]


class TestFlags:
    def test_need_no_database(self, harness_flags):
        before = parcel_under(harness_flags, "off")
        assert [before, parcel_under(harness_flags, "rampdown")] == [4000, 2000]

    @flags_at(rebates="rampdown")
    def test_decorate(self):
        assert parcel() == 2000

    @pytest.mark.django_db
    def test_leave_others_to_the_database(self, harness_flags):
        stored()
        harness_flags(another="live")
        with expect_mismatch():
            parcel()

    @pytest.mark.django_db
    def test_are_waffles_too(self):
        stored()
        seen = []
        with expect_mismatch():
            with override_flag("rebates", active=True):
                seen.append(parcel())
                with override_flag("rebates", active=False):
                    seen.append(parcel())
                seen.append(parcel())
            seen.append(parcel())
        assert seen == [2000, 4000, 2000, 4000]

    @pytest.mark.django_db
    @override_flag("rebates", active=True)
    def test_that_nobody_created_are_waffles_too(self):
        with expect_mismatch():
            assert parcel() == 2000


def parcel_under(harness_flags, stage):
    harness_flags(rebates=stage)
    return parcel()


@pytest.mark.django_db
class TestComparing:
    def test_says_what_was_compared(self, harness_flags, comparisons):
        harness_flags(rebates="shadow")
        with expect_mismatch():
            parcel()
        quote(customer="anna", grams=10)
        assert [(each.verdict, each.control, each.candidate) for each in comparisons] == [
            ("mismatch", 4000, 2000), ("match", 20, 20)
        ]  # fmt: skip

    def test_raises_when_the_answer_is_there(self, harness_flags, raise_on_mismatch):
        harness_flags(rebates="shadow")
        with expect_mismatch() as known:
            assert parcel() == 4000
        assert len(known) == 1

    def test_leaves_no_thread(self, harness_flags):
        stored()
        with expect_mismatch():
            parcel()
        left = [each for each in threading.enumerate() if each.name.startswith("harness")]
        for each in left:
            # Whoever looks after a flip ends by itself, a moment after it.
            each.join(10)
        assert [each.name for each in left if each.is_alive()] == []


@pytest.mark.django_db(transaction=True)
class TestFlush:
    @pytest.mark.parametrize("time", ["first", "second"])
    def test_empties_the_trail(self, time):
        assert events() == 0
        stored()
        assert events() > 0

    def test_leaves_the_trail_guarded(self):
        stored()
        with connection.cursor() as cursor:
            for statement in ("TRUNCATE migration_harness_auditevent", "DELETE FROM migration_harness_auditevent"):
                with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                    cursor.execute(statement)

    def test_server_answers_and_is_flushed(self, live_server):
        stored()
        with urlopen(f"{live_server.url}/quote/?customer=anna&grams=10") as answer:
            assert answer.read() == b"20"

    def test_of_another_database_is_refused(self, settings, monkeypatch):
        stored()
        from django.apps import apps

        # As it is where the name in the settings is still the one that is connected to.
        name = connection.settings_dict["NAME"]
        monkeypatch.setattr(apps.get_app_config("migration_harness"), "database_name", name)
        with pytest.raises(CommandError):
            call_command("flush", interactive=False, verbosity=0)
        assert events() > 0


def test_a_difference_says_what_it_is(harness_flags):
    from migration_harness.testing import raise_on_mismatch

    harness_flags(rebates="shadow")
    with pytest.raises(SidesDiffer, match="4000 became 2000"), raise_on_mismatch():
        parcel()
