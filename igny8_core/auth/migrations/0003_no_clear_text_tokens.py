"""Tokens that lay in the database as they are sent are over: anybody who had read it could use them.

Their table stays, empty: the revision before reads it, and answers 401 to whoever sends such a token.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("igny8_auth", "0002_within_plan")]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            BEGIN
                IF to_regclass('authtoken_token') IS NOT NULL THEN
                    DELETE FROM authtoken_token;
                END IF;
            END
            $$
            """,
            migrations.RunSQL.noop,
        ),
    ]
