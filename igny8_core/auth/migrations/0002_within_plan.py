"""How many sites and keywords a plan allows, which the database sees to."""

from pathlib import Path

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="most_sites",
            field=models.PositiveIntegerField(
                db_default=100, default=100, help_text="Sites that an account may have."
            ),
        ),
        migrations.AddField(
            model_name="plan",
            name="most_keywords",
            field=models.PositiveIntegerField(
                db_default=100_000, default=100_000, help_text="Keywords that an account may have, of all its sites."
            ),
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "within_plan.sql").read_text(),
            "DROP TRIGGER sites_within_plan ON igny8_auth_site; DROP FUNCTION igny8_within_plan;",
        ),
    ]
