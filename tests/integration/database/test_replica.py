"""Where the host reads from a replica, flags, trail and log are read where they are written."""

import json

import pytest
from django.apps import apps
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from igny8_core.auth.directory import accounts
from igny8_core.auth.models import Account, Plan
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.modules.system.models import GlobalIntegrationSettings, IntegrationSettings
from migration_harness import queries
from migration_harness.control import flips
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, Flag
from migration_harness.trail import audit
from tests.integration.operator_api.clients import API, charge, flag_url, with_token

from ..console.browser import confirm
from .replica import ReadsLedgerFromReplica

pytestmark = [
    pytest.mark.usefixtures("known_replica"),
    pytest.mark.django_db(transaction=True, databases=["default", "replica"]),
]

FLAG = "model-selection"
OTHER = "model-based-credits"


def everyone(name=FLAG):
    return Flag.objects.values_list("everyone", flat=True).get(name=name)


DECIDING = [
    Account,
    Plan,
    GlobalIntegrationSettings,
    IntegrationSettings,
    *apps.get_app_config("billing").get_models(),
]
"""Tables of the host by which an account is charged."""


@pytest.fixture
def behind_a_rollback(demo, fallen_behind):
    """The replica still has the flag live for everyone."""
    change_flag(name=FLAG, change=FlagChange(everyone=True), actor="ada")
    fallen_behind()
    flips.roll_back(name=FLAG, actor="ada")


@pytest.fixture
def behind_the_way_forward(demo, fallen_behind):
    """The replica has nobody on the flag yet."""
    flips.roll_back(name=FLAG, actor="ada")
    fallen_behind()
    change_flag(name=FLAG, change=FlagChange(everyone=True), actor="ada")


def by_function(harness, operator):
    flips.roll_back(name=FLAG, actor="ada")


def by_command(harness, operator):
    code, out, err = harness("rollback", FLAG)
    assert code == 0, out + err


def by_command_for_all(harness, operator):
    code, out, err = harness("rollback", "--all")
    assert code == 0, out + err


def by_console(harness, operator):
    client = Client()
    client.force_login(operator)
    confirm(client, reverse("dashboards:rollback", args=[FLAG]))


def by_api(harness, operator):
    response = with_token(operator).post(f"{flag_url(FLAG)}rollback/")
    assert response.status_code == 200, response.content


class TestRollback:
    @pytest.mark.parametrize("roll_back", [by_function, by_command, by_command_for_all, by_console, by_api])
    def test_takes_back_what_the_replica_does_not_know_of(self, behind_the_way_forward, harness, operator, roll_back):
        assert everyone() is True
        roll_back(harness, operator)
        assert everyone() is False
        last = AuditEvent.objects.filter(subject=FLAG).latest("id")
        assert (last.action, last.before, last.after) == ("roll back", {"everyone": True}, {"everyone": False})


CHANGES = {
    "share": FlagChange(share_bps=2_500),
    "baseline": FlagChange(baseline=Stage.OFF),
    "stage": FlagChange(stage=Stage.RAMPDOWN),
    "compared": FlagChange(compared_bps=100),
    "account": FlagChange(account_id="1", membership="on"),
}


class TestChange:
    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_writes_nothing_but_what_it_changes(self, behind_a_rollback, change):
        change_flag(name=FLAG, change=change, actor="bob")
        assert everyone() is False
        last = AuditEvent.objects.filter(subject=FLAG).latest("id")
        assert "everyone" not in last.before | last.after

    def test_is_told_of_every_column_that_it_writes(self, behind_a_rollback):
        before = Flag.objects.filter(name=FLAG).values().get()
        change_flag(name=FLAG, change=FlagChange(share_bps=2_500), actor="bob")
        after = Flag.objects.filter(name=FLAG).values().get()
        changed = {name for name in after if after[name] != before[name]}
        assert changed == {"share_bps", "epoch", "modified"}

    def test_of_what_a_flag_requires_leaves_the_rollback(self, behind_a_rollback):
        from migration_harness.control.creation import create_flag
        from migration_harness.plan import PlannedFlag

        flips.roll_back(name=FLAG, actor="ada")
        planned = PlannedFlag(name=FLAG, owner="x", note="x", requires=(OTHER,))
        create_flag(planned=planned, baseline=Stage.OFF, actor="ada")
        row = Flag.objects.get(name=FLAG)
        assert (row.requires, row.everyone) == ([OTHER], False)


class TestReaders:
    def test_of_flags_show_the_rollback(self, behind_a_rollback, harness, operator):
        _, out, _ = harness("status", "--json")
        assert json.loads(out)["flags"][FLAG]["everyone"] is False
        told = with_token(operator).get(f"{API}flags/{FLAG}/").json()["data"]
        assert told["everyone"] is False

    def test_of_the_trail_find_it_whole(self, behind_a_rollback, harness):
        assert harness("audit", "--verify")[0] == 0
        assert audit.verify() == AuditEvent.objects.count()
        assert [event.action for event in queries.audit_events(limit=1)] == ["roll back"]


class TestRow:
    def test_that_was_read_from_the_replica_is_saved_where_it_belongs(self, demo, fallen_behind):
        from migration_harness.models import DiscrepancyReview

        fallen_behind()
        row = DiscrepancyReview(signature="0123456789ab", state="fixed", reason="", actor="ada", at=timezone.now())
        row._state.db = "replica"
        row.save()
        assert DiscrepancyReview.objects.get(pk=row.pk)._state.db == "default"
        row._state.db = "replica"
        row.refresh_from_db()
        row.delete()
        assert not DiscrepancyReview.objects.exists()

    def test_is_followed_to_its_relations_there(self, behind_the_way_forward):
        change_flag(name=FLAG, change=FlagChange(account_id="1", membership="on"), actor="ada")
        flag = Flag.objects.get(name=FLAG)
        (member,) = flag.members.all()
        del member._state.fields_cache["flag"]
        assert (member.flag._state.db, member.flag.everyone) == ("default", True)


class TestLedger:
    """What the host answers of money, where its own tables are read from the replica as well."""

    def test_is_read_where_it_is_written(self, demo, fallen_behind):
        account = Account.objects.order_by("pk").first()
        before = account.credits
        fallen_behind(ReadsLedgerFromReplica)
        charge("clustering", index=0)
        charge("clustering", index=0)
        (entry,) = CreditTransaction.objects.filter(operation_id="test:clustering:0")
        assert accounts.describe([str(account.pk)])[str(account.pk)].balance == before + entry.amount < before
        assert CreditService.was_charged("test:clustering:0")

    @pytest.mark.parametrize("model", DECIDING, ids=lambda model: model.__name__)
    def test_has_no_row_that_is_read_elsewhere(self, settings, model):
        settings.DATABASE_ROUTERS = [f"{ReadsLedgerFromReplica.__module__}.ReadsLedgerFromReplica"]
        assert {rows.db for rows in (model.objects.all(), model._default_manager.exclude(pk__in=[]))} == {"default"}


def test_the_replica_is_behind(behind_a_rollback):
    assert "replica" in connections
    assert Flag.objects.using("replica").get(name=FLAG).everyone is True
