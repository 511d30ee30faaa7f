"""Whether a model takes a temperature; every one that is there is sent one, as before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_settle")]

    operations = [
        migrations.AddField(
            model_name="aimodelconfig",
            name="takes_temperature",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Without it no temperature is sent: some text models refuse one.",
            ),
        ),
    ]
