"""What a host declares wrongly is told by a check, with what to do, before anything is flipped."""

import re

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from migration_harness import checks, conf, plan
from migration_harness.checks import check_database, check_settings
from migration_harness.exceptions import HarnessMisconfigured


class Lacking:
    """A directory that cannot find anybody."""

    def describe(self, account_ids):
        return {}

    def all_ids(self):
        return []


class Directory(Lacking):
    def find(self, text):
        return None


lacking = Lacking()
accounts = Directory()
HERE = __name__


def told(settings, **said):
    settings.HARNESS = said
    return [(each.id.rpartition(".")[2], each.msg, each.hint) for each in check_settings()]


class TestName:
    def test_that_nothing_reads_is_told_with_the_nearest(self, settings):
        assert told(settings, ACOUNTS="x") == [
            ("W042", "HARNESS has the name 'ACOUNTS', which nothing reads.", "Write 'ACCOUNTS'.")
        ]

    def test_that_is_like_none_is_told_with_all(self, settings):
        ((_, _, hint),) = told(settings, QQQQ=1)
        assert "Its names: ACCOUNTS, APPEND_ONLY" in hint

    def test_in_small_letters_is_none(self, settings):
        ((_, _, hint),) = told(settings, plan="x")
        assert hint == "Write 'PLAN'."

    def test_is_one_of_a_dictionary(self, settings):
        settings.HARNESS = ["PLAN"]
        with pytest.raises(HarnessMisconfigured, match="HARNESS is a list: make it a dictionary"):
            plan.plan()

    def test_is_read_where_the_table_of_the_settings_has_it(self):
        assert set(re.findall(r"^``([A-Z_]+)``", conf.__doc__, re.MULTILINE)) == conf.NAMES


class TestAccounts:
    def test_that_hold_are_passed(self, settings):
        assert told(settings, ACCOUNTS=f"{HERE}.accounts") == []

    @pytest.mark.parametrize(
        ("name", "says", "remedy"),
        [
            ("Directory", "the class Directory: it is a class.", "accounts = Directory()"),
            ("lacking", "a Lacking: it has no find.", "AccountDirectory"),
            ("nobody", "cannot be imported", "or leave it out"),
        ],
    )
    def test_that_do_not_are_told_with_the_remedy(self, settings, name, says, remedy):
        ((number, message, hint),) = told(settings, ACCOUNTS=f"{HERE}.{name}")
        assert (number, says in message, remedy in hint) == ("E002", True, True)


class TestPlan:
    def test_that_is_none_is_told_with_the_remedy(self, settings):
        ((number, message, hint),) = told(settings, PLAN=f"{HERE}.lacking")
        assert (number, message) == ("E002", 'HARNESS["PLAN"] names a Lacking: it is no Plan.')
        assert "harness init" in hint


class TestWaffle:
    def test_that_is_not_installed_is_told_by_its_name(self, monkeypatch):
        monkeypatch.setattr(apps, "is_installed", lambda name: name != "waffle")
        with pytest.raises(ImproperlyConfigured, match='not "waffle": add it'):
            apps.get_app_config("migration_harness").import_models()


@pytest.mark.django_db
class TestDatabase:
    def test_that_is_too_old_is_told(self, monkeypatch):
        monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", 990_000)
        (found,) = check_database(databases=["default"])
        assert (found.id, "PostgreSQL 17" in found.msg) == ("migration_harness.E006", True)
