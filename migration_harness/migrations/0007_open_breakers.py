"""A lease says which seams its process does not compare for now."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0006_evidence_views")]

    operations = [
        migrations.AddField(
            model_name="lease",
            name="open_breakers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                db_default=[],
                default=list,
                help_text="Seams that the process does not compare for now.",
                size=None,
            ),
        ),
    ]
