"""People of the tests by what they may, and something that they ask for."""

from django.contrib.auth.models import Permission

from igny8_core.auth.models import User
from migration_harness.authority.actors import Origin, of_user
from migration_harness.authority.asked import Act, Asked

MAY = {"operator": ("look", "operate"), "approver": ("look", "approve"), "viewer": ("look",)}


def user(name, role="operator", **fields):
    made = User.objects.create_user(name, password="a long enough password", is_staff=True, **fields)
    permissions = Permission.objects.filter(content_type__app_label="migration_harness", codename__in=MAY.get(role, ()))
    made.user_permissions.set(permissions)
    return User.objects.get(pk=made.pk)


def person(name, role="operator", *, origin=Origin.SIGNED_IN, **fields):
    return of_user(user(name, role, **fields), origin=origin)


def asked(subject="model-based-credits", *, since="2026-11-01", **numbers):
    return Asked(
        act=Act.DEBIT,
        subject=subject,
        request={"since": since, "until": "", "accounts": "all", "against": "signed"},
        numbers=numbers or {"account 1": "17 credits, 1 charge", "credits": 17},
        sentence="Take 17 credits from one account.",
        again="harness heal --since 2026-11-01",
    )
