"""What each charge asks of the server, at a lower price: the answers stay as they are (sql/sparing.sql)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parents[1] / "sql"


def _before(script, name):
    """Return one function of an earlier script, in place of today's."""
    text = (SQL / script).read_text()
    start = text.index(f"CREATE FUNCTION {name}(")
    return text[start : text.index("END $$;", start) + len("END $$;")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):

    dependencies = [
        ('migration_harness', '0017_proving'),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "sparing.sql").read_text(),
            [
                _before("proving.sql", "migration_harness_confirm_charge"),
                _before("proving.sql", "migration_harness_prove"),
                _before("turns.sql", "migration_harness_take_turn"),
            ],
        ),
    ]
