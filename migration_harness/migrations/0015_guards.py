"""Triggers that no setting lifts, in any session, and the trail's head for whoever writes to the trail."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0014_turns'),
    ]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "guards.sql").read_text(),
            # What refuses more than it did may stay: the code of before never asked for it.
            """
            DROP TRIGGER audit_head_stays ON migration_harness_audithead;
            DROP TRIGGER audit_keeps_head ON migration_harness_auditevent;
            DROP FUNCTION migration_harness_keep_head();
            """,
        ),
    ]
