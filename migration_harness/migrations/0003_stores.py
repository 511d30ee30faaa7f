"""Flags whose two sides write to stores of their own, and the trace of a write that has reached one of them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("migration_harness", "0002_log_and_triggers")]

    operations = [
        migrations.AddField(
            model_name="flag",
            name="has_store",
            field=models.BooleanField(
                db_default=False, default=False, help_text="The two sides write to stores of their own."
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=Q(has_store=False)
                | ~Q(stage__in=["complete"])
                | Q(everyone__isnull=False) & (Q(everyone=False) | Q(requires=[])),
                name="flag_leaves_a_store_only_for_everyone",
            ),
        ),
        migrations.CreateModel(
            name="Drift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seam", models.TextField()),
                ("key", models.TextField(help_text="What was written, as the stores name it.")),
                ("account_id", models.TextField(help_text="Empty: of no account.")),
                (
                    "authoritative",
                    models.TextField(choices=[("control", "control"), ("candidate", "candidate")]),
                ),
                ("stage", models.TextField()),
                ("epoch", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "version",
                    models.BigIntegerField(default=1, help_text="Writes of this key since the stores were last equal."),
                ),
                (
                    "attempts",
                    models.IntegerField(
                        default=0, help_text="How often the other store could not be brought up to date."
                    ),
                ),
                (
                    "last_error",
                    models.TextField(default="", help_text="The class of the last error; its text may hold anything."),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="drift",
            constraint=models.UniqueConstraint(fields=["seam", "key"], name="one_drift_per_key"),
        ),
        migrations.AddConstraint(
            model_name="drift",
            constraint=models.CheckConstraint(
                condition=Q(authoritative__in=["control", "candidate"]), name="drift_is_from_a_side"
            ),
        ),
    ]
