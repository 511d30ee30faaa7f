"""Tokens of programs, of which only the hash is kept."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', "0019_roles"),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(help_text='How the token begins; it is no secret.', max_length=20, unique=True)),
                ('hash', models.CharField(help_text='SHA-256 of the whole token.', max_length=64, unique=True)),
                ('user_id', models.CharField(max_length=100)),
                ('name', models.CharField(help_text='What it is for.', max_length=100)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), size=None)),
                ('password_seal', models.CharField(help_text="Keyed hash of the user's password hash: another password, and the token is over.", max_length=64)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(max_length=150)),
                ('expires_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(help_text='To the minute.', null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by', models.CharField(blank=True, max_length=150)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('hash__regex', '^[0-9a-f]{64}$')), name='api_token_hashed'),
                    models.CheckConstraint(condition=models.Q(('scopes__contained_by', ['read', 'operate', 'approve']), ('scopes__len__gt', 0)), name='api_token_scopes_known'),
                    models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='api_token_expires'),
                ],
            },
        ),
    ]
