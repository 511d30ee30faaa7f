"""The triggers that hold the ledger's invariant."""

from pathlib import Path

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial"), ("igny8_auth", "0001_initial")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "ledger.sql").read_text(),
            """
            DROP TRIGGER account_opening ON igny8_auth_account;
            DROP TRIGGER account_balance_guard ON igny8_auth_account;
            DROP TRIGGER ledger_post ON billing_credittransaction;
            DROP TRIGGER ledger_is_final ON billing_credittransaction;
            DROP FUNCTION igny8_account_opening, igny8_account_balance_guard, igny8_ledger_post, igny8_ledger_is_final;
            """,
        ),
    ]
