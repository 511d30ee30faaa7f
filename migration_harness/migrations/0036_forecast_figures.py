"""What forecasts say of each account."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):

    dependencies = [
        ("migration_harness", "0035_executed_lines"),
    ]

    operations = [
        migrations.CreateModel(
            name='ForecastFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account_id', models.TextField()),
                ('operation', models.TextField()),
                ('model', models.TextField(help_text='On which the calls run after.')),
                ('calls', models.BigIntegerField()),
                ('credits_before', models.BigIntegerField()),
                ('credits_after', models.BigIntegerField()),
                ('dearest_after', models.BigIntegerField(help_text='The credits of the dearest of these calls, after.')),
                ('forecast', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='figures', to='migration_harness.keptforecast')),
            ],
            options={
                'indexes': [models.Index(fields=['forecast', 'account_id'], name='forecast_figure_by_account')],
            },
        ),
        migrations.RunSQL(
            (SQL / "figures.sql").read_text(),
            """
            DROP TRIGGER figure_stays_where_signed ON migration_harness_forecastfigure;
            DROP TRIGGER figure_is_final ON migration_harness_forecastfigure;
            DROP FUNCTION migration_harness_figures_stay();
            """,
        ),
    ]
