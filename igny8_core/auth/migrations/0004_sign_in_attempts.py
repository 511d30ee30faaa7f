"""Attempts to sign in that have failed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0003_no_clear_text_tokens")]

    operations = [
        migrations.CreateModel(
            name="SignInAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                ("name", models.CharField(help_text="Keyed digest of what was typed as the name.", max_length=64)),
                ("address", models.CharField(max_length=50)),
                (
                    "device",
                    models.CharField(
                        blank=True, help_text="The browser, where this name has signed in there.", max_length=32
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name", "at"], name="sign_in_attempt_name"),
                    models.Index(fields=["address", "at"], name="sign_in_attempt_address"),
                ],
            },
        ),
    ]
