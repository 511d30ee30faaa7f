"""The rule of the log's verdicts as a function: the same rule, read faster by the server (sql/verdicts.sql)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"
LOG = "ALTER TABLE migration_harness_comparison"


class Migration(migrations.Migration):

    # What is there already is looked at without holding up charges: not in the transaction that adds the constraint.
    atomic = False

    dependencies = [
        ('migration_harness', '0021_approvals'),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "verdicts.sql").read_text(),
            "DROP FUNCTION migration_harness_verdict_fits(text, text)",
        ),
        migrations.RunSQL(
            f"{LOG} ADD CONSTRAINT comparison_verdict_fits "
            "CHECK (migration_harness_verdict_fits(verdict, signature)) NOT VALID",
            f"{LOG} DROP CONSTRAINT comparison_verdict_fits",
        ),
        migrations.RunSQL(f"{LOG} VALIDATE CONSTRAINT comparison_verdict_fits", migrations.RunSQL.noop),
        migrations.RunSQL(
            f"{LOG} DROP CONSTRAINT migration_harness_comparison_verdict_check, "
            "DROP CONSTRAINT migration_harness_comparison_check",
            f"{LOG} ADD CONSTRAINT migration_harness_comparison_verdict_check CHECK (verdict IN ('match', 'intended', "
            "'mismatch', 'candidate_error', 'control_error', 'both_error', 'timeout', 'blocked')), "
            "ADD CONSTRAINT migration_harness_comparison_check CHECK ((signature IS NULL) = (verdict = 'match'))",
        ),
    ]
