"""Tokens that answer gates for somebody outside, and nothing else; and which of them gave an answer."""

from django.db import migrations, models

KNOWN = "scopes <@ ARRAY['read', 'operate', 'approve']::varchar(10)[] AND cardinality(scopes) > 0"


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0029_failed_comparisons"),
    ]

    operations = [
        # In one statement: no row comes in between without being looked at.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"""
                    ALTER TABLE migration_harness_apitoken
                        DROP CONSTRAINT api_token_scopes_known,
                        ADD CONSTRAINT api_token_scopes_known
                            CHECK (({KNOWN}) OR scopes = ARRAY['gate']::varchar(10)[]);
                    """,
                    f"""
                    ALTER TABLE migration_harness_apitoken
                        DROP CONSTRAINT api_token_scopes_known,
                        ADD CONSTRAINT api_token_scopes_known CHECK ({KNOWN}) NOT VALID;
                    """,
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name='apitoken', name='api_token_scopes_known'),
                migrations.AddConstraint(
                    model_name='apitoken',
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ('scopes__contained_by', ['read', 'operate', 'approve']), ('scopes__len__gt', 0)
                            ),
                            ('scopes', ['gate']),
                            _connector='OR',
                        ),
                        name='api_token_scopes_known',
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name='externalanswer',
            name='token',
            field=models.CharField(blank=True, db_default='', default='', help_text='How the token begins that answered.', max_length=20),
        ),
    ]
