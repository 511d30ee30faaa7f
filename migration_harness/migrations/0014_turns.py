"""The comparison log counts transactions itself, so that another server's counter changes nothing."""

from pathlib import Path

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0013_set_aside'),
    ]

    operations = [
        migrations.AddField(
            model_name='foldstate',
            name='life',
            field=models.BigIntegerField(db_default=0, default=0, help_text='How often a server began to count below the watermark.'),
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "turns.sql").read_text(),
            """
            ALTER TABLE migration_harness_comparison ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
            DROP TRIGGER comparison_takes_turn ON migration_harness_comparison;
            DROP FUNCTION migration_harness_fold_log(integer);
            DROP FUNCTION migration_harness_begin_life(bigint);
            DROP FUNCTION migration_harness_is_behind(xid8);
            DROP FUNCTION migration_harness_take_turn();
            DROP FUNCTION migration_harness_turn();
            DROP SEQUENCE migration_harness_life;
            """,
        ),
    ]
