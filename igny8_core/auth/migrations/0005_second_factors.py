"""The second factor of an operator."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import igny8_core.encryption


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0004_sign_in_attempts")]

    operations = [
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret", igny8_core.encryption.EncryptedSecretField(help_text="In base 32, as the app takes it.")),
                (
                    "confirmed_at",
                    models.DateTimeField(help_text="Null: set up, and no code was entered yet.", null=True),
                ),
                (
                    "last_step",
                    models.BigIntegerField(default=0, help_text="Half minute of the last code: none goes twice."),
                ),
                (
                    "user",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="second_factor",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hash", models.CharField(max_length=64)),
                (
                    "factor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to="igny8_auth.secondfactor",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("factor", "hash"), name="recovery_code_unique")],
            },
        ),
    ]
