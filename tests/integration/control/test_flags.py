"""Flags: their rows, waffle's answers from them, and every way past the harness."""

import pytest
import waffle
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.template import Context, Template
from django.test import RequestFactory
from waffle.decorators import waffle_flag

from igny8_core.auth.models import Account, User
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag, roll_back
from migration_harness.control.triggers import next_epoch, operation
from migration_harness.deciding.flags import load_epoch, load_snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.exceptions import InvalidChange, UnknownFlag
from migration_harness.models import AuditEvent, Flag, FlagMember
from tests.trial_flag import FLAG as NAME

pytestmark = pytest.mark.usefixtures("trial_flag")


def change(**fields):
    return change_flag(name=NAME, change=FlagChange(**fields), actor="tester", reason="a test")


def refused(sql):
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    return str(caught.value)


class TestChange:
    def test_raises_the_epoch_and_writes_one_audit_event(self):
        before = load_epoch()
        flip = change(share_bps=2_500)
        event = AuditEvent.objects.order_by("-id").first()
        assert (flip.epoch, load_epoch()) == (before + 1, before + 1)
        assert (event.actor, event.action, event.subject, event.reason) == (
            "tester",
            "change flag",
            NAME,
            "a test",
        )
        assert (event.before, event.after) == ({"share_bps": 0}, {"share_bps": 2_500})

    def test_to_what_is_already_so_is_none(self):
        events = AuditEvent.objects.count()
        assert not change(everyone=None, baseline=Stage.SHADOW).changed
        assert AuditEvent.objects.count() == events

    def test_of_an_account_is_seen_by_the_next_snapshot(self):
        change(account_id="3", membership="on")
        assert load_snapshot().in_cohort(NAME, "3")
        change(account_id="3", membership="off")
        assert load_snapshot().flags[NAME].excluded == {"3"}
        change(account_id="3", membership="inherit")
        assert not FlagMember.objects.exists()

    @pytest.mark.parametrize(
        "fields",
        [{"stage": Stage.SHADOW}, {"baseline": Stage.LIVE}, {"share_bps": 10_001}, {"share_bps": -1}],
    )
    def test_that_makes_no_sense_is_refused(self, fields):
        with pytest.raises(InvalidChange, match=NAME):
            change(**fields)

    def test_of_an_unknown_flag_names_the_known_ones(self):
        with pytest.raises(UnknownFlag, match=NAME):
            change_flag(name="typo", change=FlagChange(), actor="tester")

    def test_never_moves_the_salt(self):
        with (
            pytest.raises(IntegrityError, match="salt never changes"),
            transaction.atomic(),
            operation(),
        ):
            Flag.objects.filter(name=NAME).update(salt="other", epoch=next_epoch())


class TestRollback:
    def test_gives_everyone_the_baseline_and_unset_returns_to_where_it_was(self, account):
        change(share_bps=2_500)
        change(account_id=str(account.pk), membership="on")
        ids = [str(pk) for pk in Account.objects.values_list("pk", flat=True)]
        cohort = queries.cohort_of(load_snapshot(), NAME, ids)
        assert str(account.pk) in cohort
        roll_back(name=NAME, actor="tester")
        assert queries.cohort_of(load_snapshot(), NAME, ids) == []
        change(everyone=None)
        assert queries.cohort_of(load_snapshot(), NAME, ids) == cohort

    def test_to_off_stops_comparing(self):
        roll_back(name=NAME, actor="tester", to_off=True)
        assert load_snapshot().decide(NAME, 1).stage is Stage.OFF


class TestWaffle:
    """flag_is_active is true exactly when the candidate is authoritative for the request's account."""

    def request(self, *, account_id=None, path="/", **user):
        request = RequestFactory().get(path, headers={"dwft-" + NAME: "1"})
        request.user = User(account_id=account_id, **user)
        request.COOKIES = {f"dwf_{NAME}": "True", f"dwft_{NAME}": "True"}
        return request

    @pytest.fixture(autouse=True)
    def _one_account_is_in(self, trial_flag, account):
        self.inside = account.pk
        change(account_id=str(account.pk), membership="on")

    def test_says_yes_to_the_account_in_the_cohort_and_no_to_others(self):
        inside, outside = self.request(account_id=self.inside), self.request(account_id=self.inside + 1)
        assert (waffle.flag_is_active(inside, NAME), waffle.flag_is_active(outside, NAME)) == (True, False)

    def test_says_no_without_an_account_even_to_a_superuser(self):
        change(everyone=True)
        assert waffle.flag_is_active(self.request(is_superuser=True, is_staff=True), NAME) is False

    def test_says_no_for_a_flag_that_does_not_exist(self):
        assert waffle.flag_is_active(self.request(account_id=self.inside), "unknown") is False

    def test_says_the_same_in_a_template_and_in_a_decorator(self):
        from django.http import Http404

        template = Template("{% load waffle_tags %}{% flag '" + NAME + "' %}new{% else %}old{% endflag %}")
        view = waffle_flag(NAME)(lambda request: "new")
        inside, outside = self.request(account_id=self.inside), self.request(account_id=self.inside + 1)
        assert [template.render(Context({"request": r})) for r in (inside, outside)] == ["new", "old"]
        assert view(inside) == "new"
        with pytest.raises(Http404):
            view(outside)

    def test_cannot_be_moved_by_cookie_query_or_header(self, settings):
        settings.WAFFLE_OVERRIDE = True
        request = self.request(account_id=self.inside + 1, path=f"/?{NAME}=1&dwft_{NAME}=1")
        assert waffle.flag_is_active(request, NAME) is False
        assert not hasattr(request, "waffles")

    def test_answers_without_waffles_cache(self):
        request = self.request(account_id=self.inside)
        assert waffle.flag_is_active(request, NAME) is True
        roll_back(name=NAME, actor="tester")
        assert waffle.flag_is_active(request, NAME) is False


class TestStaleCache:
    def test_of_waffle_cannot_reach_an_answer(self, account):
        """The interleaving: a reader loads a flag, a flip commits and flushes, the reader caches the old row."""
        from waffle.utils import get_cache

        change(everyone=True)
        stale = Flag.objects.get(name=NAME)
        roll_back(name=NAME, actor="tester")
        get_cache().set(Flag._cache_key(NAME), stale)
        request = RequestFactory().get("/")
        request.user = User(account_id=account.pk)
        assert waffle.flag_is_active(request, NAME) is False
        assert waffle.get_waffle_flag_model().get(NAME).is_active(request) is False


class TestWayPastTheHarness:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE migration_harness_flag SET everyone = true",
            f"UPDATE migration_harness_flag SET share_bps = 10000 WHERE name = '{NAME}'",
            "DELETE FROM migration_harness_flag",
            "TRUNCATE migration_harness_flag CASCADE",
            "INSERT INTO migration_harness_flagmember (flag_id, account_id, included, reason, actor, at) "
            "SELECT id, '1', true, '', '', now() FROM migration_harness_flag",
            "UPDATE migration_harness_epoch SET value = 99",
        ],
    )
    def test_is_refused_by_the_database_naming_the_command(self, sql):
        assert "python manage.py harness flag" in refused(sql)

    @pytest.mark.parametrize("value", ["on", "1", "0"])
    def test_is_not_opened_by_a_setting_of_the_session(self, value):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('harness.operation', %s, true)", [value])
        assert "outside a harness operation" in refused("UPDATE migration_harness_flag SET everyone = true")

    def test_is_refused_for_the_orm_too(self):
        with pytest.raises(IntegrityError, match="harness operation"), transaction.atomic():
            Flag.objects.filter(name=NAME).update(everyone=True)
        flag = Flag.objects.get(name=NAME)
        flag.everyone = True
        with pytest.raises(IntegrityError, match="harness operation"), transaction.atomic():
            flag.save()

    def test_is_refused_for_users_and_groups(self):
        flag, group = Flag.objects.get(name=NAME), Group.objects.create(name="g")
        with (
            pytest.raises(IntegrityError, match="for accounts, not for users or groups"),
            transaction.atomic(),
        ):
            flag.groups.add(group)

    @pytest.mark.parametrize(
        "field",
        [
            "percent = 50",
            "testing = true",
            "superusers = true",
            "staff = true",
            "authenticated = true",
            "languages = 'en'",
            "rollout = true",
        ],
    )
    def test_is_refused_for_waffles_own_fields_even_in_an_operation(self, field):
        with (
            pytest.raises(IntegrityError, match="flag_waffle_fields_are_neutral"),
            transaction.atomic(),
            operation(),
        ):
            epoch = next_epoch()
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE migration_harness_flag SET {field}, epoch = {epoch}")

    def test_is_refused_in_an_operation_that_does_not_raise_the_epoch(self):
        with (
            pytest.raises(IntegrityError, match="newest epoch"),
            transaction.atomic(),
            operation(),
        ):
            next_epoch()
            Flag.objects.filter(name=NAME).update(everyone=True)

    @pytest.mark.parametrize(
        ("command", "arguments"),
        [
            ("waffle_flag", [NAME, "--everyone"]),
            ("waffle_flag", ["new", "--create"]),
            ("waffle_delete", ["--flags", NAME]),
        ],
    )
    def test_is_refused_by_waffles_commands(self, command, arguments):
        with pytest.raises(CommandError, match="python manage.py harness"):
            call_command(command, *arguments)

    def test_leaves_waffles_list_as_it_is(self, capsys):
        call_command("waffle_flag", "--list")
        assert NAME in capsys.readouterr().out
