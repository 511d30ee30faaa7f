"""A host has other databases too, and not every one is PostgreSQL."""

import copy

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, connections, transaction

from migration_harness.checks import check_alias, check_database
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.seams.charge import charge, settle
from migration_harness.seams.sides import observe_guarded

SECOND = "second"


@pytest.fixture
def second(tmp_path, django_db_setup, django_db_blocker):
    """SQLite, with one note of its caller's."""
    connections.settings[SECOND] = {
        **copy.deepcopy(connections.settings["default"]),
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "second.sqlite3"),
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        run("CREATE TABLE notes (text varchar(20))")
        run("INSERT INTO notes VALUES ('of the caller')")
        yield connections[SECOND]
        connections[SECOND].close()
        connection.close()
    del connections.settings[SECOND], connections[SECOND]


def run(sql):
    with connections[SECOND].cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def notes():
    return [text for (text,) in run("SELECT text FROM notes ORDER BY text")]


def write():
    with connections[SECOND].cursor() as cursor:
        cursor.execute("INSERT INTO notes VALUES ('of the side')")


def in_atomic(act):
    def acting():
        with transaction.atomic(using=SECOND):
            return act()

    return acting


def past_a_comment():
    run("/* read */ WITH new AS (SELECT 'of the side') INSERT INTO notes SELECT * FROM new")


READS = {"bare": notes, "in a block": in_atomic(notes), "in two": in_atomic(in_atomic(notes))}
WRITES = {
    "insert": (write, "insert"),
    "in a block": (in_atomic(write), "insert"),
    "after a read": (lambda: (notes(), write()), "insert"),
    "update": (lambda: run("UPDATE notes SET text = 'x'"), "update"),
    "with": (past_a_comment, "with"),
    "table": (lambda: run("CREATE TABLE other (x integer)"), "create"),
    "setting": (lambda: run("PRAGMA user_version = 7"), "pragma"),
}


class TestSecondDatabase:
    def test_can_be_connected_to(self, second):
        assert notes() == ["of the caller"]

    def test_needs_nothing_of_the_harness(self, second):
        assert check_database(databases=["second"]) == []

    def test_passes_the_checks_of_a_command(self, second, capsys):
        call_command("check", databases=["second"])


class TestGuardedSide:
    @pytest.mark.parametrize("read", READS.values(), ids=READS)
    @pytest.mark.parametrize("caller", [lambda act: act, in_atomic], ids=["alone", "in a transaction"])
    def test_reads_there(self, second, read, caller):
        answer = caller(lambda: observe_guarded(read, (), {}))()
        assert (answer[0], answer[3]) == (["of the caller"], None)
        assert second.get_autocommit()
        write()
        assert notes() == ["of the caller", "of the side"]

    @pytest.mark.parametrize(("act", "verb"), WRITES.values(), ids=WRITES)
    @pytest.mark.parametrize("caller", [lambda act: act, in_atomic], ids=["alone", "in a transaction"])
    def test_writes_nothing_there(self, second, act, verb, caller):
        assert caller(lambda: observe_guarded(act, (), {}))()[3] == f"database: {verb}"
        assert notes() == ["of the caller"]
        assert second.get_autocommit()

    def test_takes_nothing_from_its_caller(self, second):
        with transaction.atomic(using=SECOND):
            write()
            assert observe_guarded(lambda: (notes(), run("SELECT nothing")), (), {})[1] is not None
        assert notes() == ["of the caller", "of the side"]


class TestCharge:
    @pytest.mark.parametrize("make", [
        lambda: charge(operation_id="a", using=SECOND).__enter__(),
        lambda: settle(operation_id="a", price=lambda: 1, write=lambda charge, price: price, using=SECOND),
    ], ids=["charge", "settle"])  # fmt: skip
    def test_at_another_database_than_its_flags_is_refused(self, second, make):
        with pytest.raises(HarnessMisconfigured, match=r"'second' cannot commit together .* name it in HARNESS"):
            make()

    def test_at_the_alias_of_the_harness_needs_no_word(self, demo):
        with charge(operation_id="a", using="default") as made:
            assert made.using == "default"


class TestChecks:
    @pytest.mark.parametrize(("harness", "found"), [
        ({}, []),
        ({"DATABASE": "default"}, []),
        ({"DATABASE": "nowhere"}, ["migration_harness.E020"]),
        ({"DATABASE": "second"}, ["migration_harness.E021"]),
    ], ids=str)  # fmt: skip
    def test_name_what_is_wrong_with_the_alias(self, second, settings, harness, found):
        settings.HARNESS = {**settings.HARNESS, "DATABASE": "default", **harness}
        assert [each.id for each in check_alias()] == found
        assert [each.id for each in run_checks(tags=["migration_harness"])] == found

    def test_refuse_a_database_of_the_harness_that_is_no_postgresql(self, second, settings):
        settings.HARNESS = settings.HARNESS | {"DATABASE": "second"}
        assert [each.id for each in check_database(databases=["second"])] == ["migration_harness.E006"]


def test_every_connection_of_postgresql_says_whose_it_is(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('application_name')")
        assert " on " in cursor.fetchone()[0]
