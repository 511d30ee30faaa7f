"""The rule of an entry's sign as a function: the same rule, read faster by the server (sql/signs.sql)."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Func


class Migration(migrations.Migration):
    # What is there already is looked at without holding up charges: not in the transaction that adds the constraint.
    atomic = False

    dependencies = [("billing", "0009_settle")]

    operations = [
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "signs.sql").read_text(),
            "DROP FUNCTION igny8_sign_fits(integer, text)",
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE billing_credittransaction ADD CONSTRAINT transaction_sign_fits "
                    "CHECK (igny8_sign_fits(amount, transaction_type)) NOT VALID",
                    "ALTER TABLE billing_credittransaction DROP CONSTRAINT transaction_sign_fits",
                ),
                migrations.RunSQL(
                    "ALTER TABLE billing_credittransaction VALIDATE CONSTRAINT transaction_sign_fits",
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(
                    "ALTER TABLE billing_credittransaction DROP CONSTRAINT transaction_sign_fits_type",
                    "ALTER TABLE billing_credittransaction ADD CONSTRAINT transaction_sign_fits_type CHECK ("
                    "(amount < 0 AND transaction_type = 'deduction') "
                    "OR (amount > 0 AND transaction_type IN ('purchase', 'subscription', 'refund')) "
                    "OR (transaction_type = 'adjustment' AND amount <> 0))",
                ),
            ],
            state_operations=[
                migrations.RemoveConstraint("credittransaction", "transaction_sign_fits_type"),
                migrations.AddConstraint(
                    "credittransaction",
                    models.CheckConstraint(
                        condition=Func(
                            "amount",
                            "transaction_type",
                            function="igny8_sign_fits",
                            output_field=models.BooleanField(),
                        ),
                        name="transaction_sign_fits",
                    ),
                ),
            ],
        ),
    ]
