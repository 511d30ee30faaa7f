"""Staff with the roles that a test needs; the groups are made again where a test before has emptied all tables."""

from django.contrib.auth.models import Group, Permission

from igny8_core.auth.models import User

VIEWER, OPERATOR, APPROVER = "Migration viewer", "Migration operator", "Migration approver"
_PERMISSIONS = {VIEWER: ("look",), OPERATOR: ("look", "operate"), APPROVER: ("look", "approve")}


def person(username, *roles, permissions=(), **options):
    """Return staff in these groups, and with these permissions besides, by Django's names."""
    user = User.objects.create_user(username, is_staff=True, **options)
    user.groups.set([_group(role) for role in roles])
    user.user_permissions.set([_permission(name) for name in permissions])
    return user


def trusted(username, **options):
    """Return staff who may operate and approve."""
    return person(username, OPERATOR, APPROVER, **options)


def _group(role):
    group, made = Group.objects.get_or_create(name=role)
    if made:
        group.permissions.set([_permission(f"migration_harness.{codename}") for codename in _PERMISSIONS[role]])
    return group


def _permission(name):
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)
