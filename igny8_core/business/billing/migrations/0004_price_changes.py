"""The history of prices, append-only by a trigger."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0003_post_charge'),
    ]

    operations = [
        migrations.CreateModel(
            name='AIModelPriceChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=50)),
                ('before', models.CharField(blank=True, help_text='Empty: there was none.', max_length=50)),
                ('after', models.CharField(blank=True, help_text='Empty: there is none any more.', max_length=50)),
                ('actor', models.CharField(max_length=150)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='price_changes', to='billing.aimodelconfig')),
            ],
            options={
                'verbose_name': 'price change',
                'indexes': [models.Index(fields=['model', '-id'], name='price_change_by_model')],
            },
        ),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "price_history.sql").read_text(),
            """
            DROP TRIGGER price_history_is_final ON billing_aimodelpricechange;
            DROP FUNCTION igny8_price_history_is_final;
            """,
        ),
    ]
