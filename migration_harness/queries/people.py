"""People who sign in to operate."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission as Given
from django.contrib.auth.models import PermissionsMixin
from django.db.models import Q

from migration_harness.authority.actions import Permission


def staff_without_role() -> int:
    """Return how many active staff may not even look: all of them could do everything before there were roles."""
    users = get_user_model()
    if not issubclass(users, PermissionsMixin):
        return 0
    named = [permission.partition(".")[2] for permission in Permission]
    roles = Given.objects.filter(content_type__app_label="migration_harness", codename__in=named)
    given = Q(user_permissions__in=roles) | Q(groups__permissions__in=roles)
    staff = users._default_manager.filter(is_active=True, is_staff=True, is_superuser=False)  # noqa: SLF001  Django's documented name.
    return int(staff.exclude(pk__in=staff.filter(given).values("pk")).count())
