"""The groups that the migration makes: on a fresh database, on one that has some of it, and taken back."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks
from django.db import connection

from igny8_core.auth.models import User
from tests.people import OPERATOR, VIEWER, person

roles = import_module("migration_harness.migrations.0019_roles")
WITH = {"look", "operate", "approve", "override"}


@pytest.fixture
def editor(db):
    with connection.schema_editor() as editor:
        yield editor


def ours():
    return Permission.objects.filter(content_type__app_label="migration_harness", codename__in=WITH)


def groups():
    return {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.filter(name__startswith="Migration ")
    }


class TestGroups:
    @pytest.mark.parametrize("there", ["nothing", "permissions", "all of it"])
    def test_are_made_whatever_there_is(self, editor, there):
        if there != "all of it":
            Group.objects.all().delete()
        if there == "nothing":
            ours().delete()
        roles.make_groups(apps, editor)
        assert groups() == {
            "Migration viewer": {"look"},
            "Migration operator": {"look", "operate"},
            "Migration approver": {"look", "approve"},
        }
        assert ours().count() == 4

    def test_have_nobody_in_them(self, editor):
        staff = person("sam")
        roles.make_groups(apps, editor)
        assert list(staff.groups.all()) == []

    def test_go_with_the_migration(self, editor):
        roles.make_groups(apps, editor)
        roles.remove_groups(apps, editor)
        assert (groups(), ours().count()) == ({}, 0)


class TestTheCheck:
    def told(self):
        return [each.msg for each in run_checks(databases=["default"]) if each.id == "migration_harness.W010"]

    def test_counts_staff_who_have_no_role(self, db):
        person("sam")
        person("tom", permissions=("billing.change_integrationprovider",))
        assert self.told() == ["2 active staff users without a role may not look at the migration."]

    def test_is_content_with_everybody_else(self, db):
        person("vic", VIEWER)
        person("olga", OPERATOR)
        person("dora", permissions=("migration_harness.look",))
        person("gone", is_active=False)
        User.objects.create_superuser("sue")
        User.objects.create_user("customer")
        assert self.told() == []
