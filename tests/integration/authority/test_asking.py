"""Who may do what, and what the trail has of a refusal."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from igny8_core.auth.models import User
from migration_harness import queries
from migration_harness.authority import actions, actors
from migration_harness.authority.actors import Origin
from migration_harness.authority.asking import require
from migration_harness.exceptions import NotAllowed
from migration_harness.models import AuditEvent
from migration_harness.trail import audit
from tests.people import person
from tests.trial_flag import FLAG

ACTIONS = [each for each in vars(actions).values() if isinstance(each, actions.Action)]
LOOKING = [each for each in ACTIONS if each.permission == actions.Permission.LOOK]
OPERATING = [each for each in ACTIONS if each.permission == actions.Permission.OPERATE]
APPROVING = [each for each in ACTIONS if each.permission == actions.Permission.APPROVE]


def refusals():
    return list(AuditEvent.objects.filter(action="refuse").order_by("id"))


def staff(name="sam", **options):
    return User.objects.create_user(name, is_staff=True, **options)


def in_group(name, username="sam", **options):
    return actors.of_user(person(username, name, **options))


@pytest.mark.django_db
class TestARole:
    @pytest.mark.parametrize(
        ("group", "may"),
        [
            ("Migration viewer", LOOKING),
            ("Migration operator", LOOKING + OPERATING),
            ("Migration approver", LOOKING + APPROVING),
        ],
    )
    def test_may_do_what_its_group_says_and_no_more(self, group, may):
        actor = in_group(group)
        assert [each for each in ACTIONS if actor.may(each)] == [each for each in ACTIONS if each in may]

    def test_of_a_superuser_may_everything(self):
        actor = actors.of_user(User.objects.create_superuser("sue"))
        assert all(actor.may(each) for each in ACTIONS)

    @pytest.mark.parametrize("who", ["staff without a role", "customer", "left the company", "superuser who left"])
    def test_is_nothing_without_active_staff_in_a_group(self, who):
        user = staff()
        if who != "staff without a role":
            user.groups.add(*Group.objects.all())
        user.is_staff = who != "customer"
        user.is_active = who not in ("left the company", "superuser who left")
        user.is_superuser = who == "superuser who left"
        user.save()
        actor = actors.of_user(User.objects.get(pk=user.pk))
        assert [each for each in ACTIONS if actor.may(each)] == []

    def test_is_a_permission_given_to_one_user_too(self):
        user = staff()
        user.user_permissions.add(Permission.objects.get(codename="operate"))
        assert actors.of_user(user).may(actions.ROLLBACK)

    def test_is_less_through_a_token_of_a_smaller_scope(self):
        actor = actors.of_user(User.objects.create_superuser("sue")).narrowed_to({actions.Permission.LOOK})
        assert [each for each in ACTIONS if actor.may(each)] == LOOKING

    def test_of_a_machine_never_approves(self):
        assert [each for each in ACTIONS if actors.of_machine().may(each)] == LOOKING + OPERATING


@pytest.mark.django_db
class TestARefusal:
    def test_says_who_what_which_permission_and_who_gives_it(self):
        with pytest.raises(NotAllowed) as refused:
            require(in_group("Migration viewer"), actions.FLIP, subject=FLAG)
        assert str(refused.value) == (
            "sam may not change a flag (trial-flag): that needs the permission migration_harness.operate, "
            "which a superuser gives in the admin, with the group Migration operator."
        )

    def test_is_on_the_trail_as_who_asked_for_what(self):
        with pytest.raises(NotAllowed):
            require(in_group("Migration viewer"), actions.FLIP, subject=FLAG)
        (event,) = refusals()
        assert (event.actor, event.subject, event.evidence) == (
            "sam",
            "permission to change a flag",
            {
                "asked": "change a flag",
                "subject": FLAG,
                "needs": "migration_harness.operate",
                "origin": "signed in",
            },
        )
        assert audit.verify() == AuditEvent.objects.count()

    def test_is_no_change_of_what_it_is_about(self, trial_flag):
        with pytest.raises(NotAllowed):
            require(in_group("Migration viewer"), actions.FLIP, subject=FLAG)
        assert queries.last_changes()[FLAG].actor == "seed"

    def test_is_told_once_of_a_burst(self):
        actor = in_group("Migration viewer")
        for _ in range(5):
            with pytest.raises(NotAllowed):
                require(actor, actions.FLIP, subject=FLAG)
        with pytest.raises(NotAllowed):
            require(actor, actions.ROLLBACK, subject=FLAG)
        assert [event.evidence["asked"] for event in refusals()] == ["change a flag", "roll back"]

    def test_of_many_subjects_does_not_flood_the_trail(self):
        actor = in_group("Migration viewer")
        for number in range(30):
            with pytest.raises(NotAllowed):
                require(actor, actions.FLIP, subject=f"{number}" * 100)
        assert len(refusals()) == 20

    def test_stays_one_where_the_trail_fails(self, monkeypatch):
        def fails(*_args, **_options):
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(audit, "append", fails)
        with pytest.raises(NotAllowed):
            require(in_group("Migration viewer"), actions.FLIP)
        assert refusals() == []

    def test_asks_nothing_of_the_trail_where_it_is_none(self, monkeypatch):
        monkeypatch.setattr(audit, "append", lambda *_args, **_options: pytest.fail("the trail was asked"))
        require(in_group("Migration operator"), actions.ROLLBACK, subject=FLAG)


@pytest.mark.django_db(transaction=True)
class TestARefusalInATransaction:
    def test_stays_on_the_trail_when_that_is_given_up(self):
        actor = actors.Actor(name="sam", origin=Origin.SIGNED_IN)
        with pytest.raises(NotAllowed), transaction.atomic():
            require(actor, actions.DEBIT, subject="account 7")
        assert [event.evidence["subject"] for event in refusals()] == ["account 7"]
