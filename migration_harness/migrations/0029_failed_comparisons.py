"""An index of the comparisons that speak against a candidate, by the flag's epoch: what rolls back by itself looks there.

It has no row of a match or of an intended difference, so it costs them nothing and stays small.
"""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0021_approvals'),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE INDEX comparison_failed ON migration_harness_comparison (flag_epoch)
                WHERE verdict IN ('mismatch', 'candidate_error', 'timeout', 'blocked');
            """,
            "DROP INDEX comparison_failed;",
        ),
    ]
