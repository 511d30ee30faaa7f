"""The second person: what is asked, they approve; and what needs them is done again."""

from django.contrib.auth.models import Permission

from igny8_core.auth.models import User
from migration_harness.authority import approvals
from migration_harness.authority.actors import of_user
from migration_harness.exceptions import ApprovalAwaited
from migration_harness.models import Approval


def second_person(name="grace"):
    user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    of_harness = Permission.objects.filter(content_type__app_label="migration_harness")
    user.user_permissions.add(*of_harness.filter(codename__in=("look", "approve")))
    return of_user(User.objects.get(pk=user.pk))


def approve_all(name="grace"):
    """Let another person approve all that is asked; returns the numbers."""
    asked = list(Approval.objects.filter(state="asked").values_list("pk", flat=True))
    for number in asked:
        approvals.approve(number=number, by=second_person(name))
    return asked


def by_two(act):
    """Do what needs two people: ask by doing it, let it be approved, do it again."""
    try:
        return act()
    except ApprovalAwaited:
        approve_all()
    return act()
