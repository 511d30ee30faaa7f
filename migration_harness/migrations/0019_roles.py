"""Permissions to look, operate, approve and override, and a group for each of the first three.

Nobody is put into a group here: who may do what is for a superuser to say. The names of the groups are long, so that
a host's own group is not taken for one of them.
"""

from django.db import migrations, router

PERMISSIONS = {
    'look': 'Can look at the migration',
    'operate': 'Can operate the migration: move accounts, review, roll back',
    'approve': 'Can approve in the migration: sign, approve, take money',
    'override': 'Can pass what the migration refuses',
}
GROUPS = {
    'Migration viewer': ('look',),
    'Migration operator': ('look', 'operate'),
    'Migration approver': ('look', 'approve'),
}


def make_groups(apps, schema_editor):
    """Create permissions now: Django would do so after all migrations, and a group needs them."""
    Group = apps.get_model('auth', 'Group')
    using = _alias(Group, schema_editor)
    content_type, _ = (
        apps.get_model('contenttypes', 'ContentType')
        .objects.using(using)
        .get_or_create(app_label='migration_harness', model='flag')
    )
    rows = apps.get_model('auth', 'Permission').objects.using(using)
    made = {
        codename: rows.get_or_create(content_type=content_type, codename=codename, defaults={'name': name})[0]
        for codename, name in PERMISSIONS.items()
    }
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        group.permissions.add(*(made[codename] for codename in codenames))


def remove_groups(apps, schema_editor):
    Group = apps.get_model('auth', 'Group')
    using = _alias(Group, schema_editor)
    Group.objects.using(using).filter(name__in=GROUPS).delete()
    apps.get_model('auth', 'Permission').objects.using(using).filter(
        content_type__app_label='migration_harness', content_type__model='flag', codename__in=PERMISSIONS
    ).delete()


def _alias(Group, schema_editor):
    """Return where the users' groups are: a router may keep them apart from the harness."""
    here = schema_editor.connection.alias
    return here if router.allow_migrate_model(here, Group) else router.db_for_write(Group)


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0018_sparing'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='flag',
            options={
                'permissions': tuple(PERMISSIONS.items()),
                'verbose_name': 'Flag',
                'verbose_name_plural': 'Flags',
            },
        ),
        migrations.RunPython(make_groups, remove_groups),
    ]
