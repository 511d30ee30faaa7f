"""An index of the live comparisons that speak against a candidate: whoever rolls back by itself looks there.

It has no row of a match or of an intended difference, so it costs them nothing and stays small.
"""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0028_rollouts'),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE INDEX comparison_failed ON migration_harness_comparison (seam, flag_epoch)
                WHERE verdict IN ('mismatch', 'candidate_error', 'timeout', 'blocked')
                  AND run = '' AND execution_path <> 'replay';
            """,
            "DROP INDEX comparison_failed;",
        ),
    ]
