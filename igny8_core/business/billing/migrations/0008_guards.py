"""The ledger's triggers, which no setting lifts and no session is without."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_healed_rests")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "guards.sql").read_text(),
            # What refuses more than it did may stay: the code of before never asked for it.
            migrations.RunSQL.noop,
        ),
    ]
