"""The tables of before the migration: prices by operation, models with what they cost, the ledger.

Note [Laid anew]: what the phases of the migration add stands in schema migrations of its own, so that each has a way
back. They were laid anew once: what took the place of former ones says so in ``replaces``, and a database that has run
all of those has run these.
"""

import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('igny8_auth', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BillingConfiguration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('default_tokens_per_credit', models.PositiveIntegerField(default=100)),
                ('default_credit_price_usd', models.DecimalField(decimal_places=4, default=Decimal('0.01'), max_digits=10)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='billing_configuration_singleton')],
            },
        ),
        migrations.CreateModel(
            name='CreditCostConfig',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operation_type', models.CharField(choices=[('clustering', 'Clustering'), ('idea_generation', 'Idea Generation'), ('content_generation', 'Content Generation'), ('image_prompt_extraction', 'Image Prompt Extraction'), ('internal_linking', 'Internal Linking'), ('content_optimization', 'Content Optimization'), ('image_generation', 'Image Generation')], max_length=50, unique=True)),
                ('tokens_per_credit', models.PositiveIntegerField(help_text='Tokens (in and out) that one credit buys.')),
                ('min_credits', models.PositiveIntegerField(default=1, help_text='The least that one operation costs.')),
                ('price_per_credit_usd', models.DecimalField(decimal_places=4, default=Decimal('0.01'), max_digits=10)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('tokens_per_credit__gt', 0)), name='tariff_tokens_per_credit_positive')],
            },
        ),
        migrations.CreateModel(
            name='CreditTransaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('transaction_type', models.CharField(choices=[('purchase', 'Purchase'), ('subscription', 'Subscription'), ('refund', 'Refund'), ('deduction', 'Deduction'), ('adjustment', 'Adjustment')], max_length=20)),
                ('amount', models.IntegerField(help_text='Credits, signed: a deduction is negative.')),
                ('balance_after', models.IntegerField(help_text="The account's credits after this entry.")),
                ('description', models.CharField(max_length=255)),
                ('metadata', models.JSONField(blank=True, default=dict)),
                ('reference_id', models.CharField(blank=True, max_length=255)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transactions', to='igny8_auth.account')),
            ],
        ),
        migrations.CreateModel(
            name='CreditUsageLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('operation_type', models.CharField(choices=[('clustering', 'Clustering'), ('idea_generation', 'Idea Generation'), ('content_generation', 'Content Generation'), ('image_prompt_extraction', 'Image Prompt Extraction'), ('internal_linking', 'Internal Linking'), ('content_optimization', 'Content Optimization'), ('image_generation', 'Image Generation')], max_length=50)),
                ('credits_used', models.IntegerField()),
                ('cost_usd', models.DecimalField(decimal_places=6, help_text="The provider's cost.", max_digits=12, null=True)),
                ('model_used', models.CharField(blank=True, max_length=100)),
                ('tokens_input', models.PositiveIntegerField(default=0)),
                ('tokens_output', models.PositiveIntegerField(default=0)),
                ('related_object_type', models.CharField(blank=True, max_length=50)),
                ('related_object_id', models.CharField(blank=True, max_length=50)),
                ('metadata', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='usage', to='igny8_auth.account')),
            ],
        ),
        migrations.CreateModel(
            name='AIModelConfig',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model_name', models.CharField(max_length=100, unique=True)),
                ('model_type', models.CharField(choices=[('text', 'Text'), ('image', 'Image')], max_length=10)),
                ('provider', models.CharField(max_length=50)),
                ('display_name', models.CharField(max_length=100)),
                ('input_cost_per_1m', models.DecimalField(blank=True, decimal_places=6, help_text='USD per million tokens sent.', max_digits=12, null=True)),
                ('output_cost_per_1m', models.DecimalField(blank=True, decimal_places=6, help_text='USD per million tokens generated.', max_digits=12, null=True)),
                ('cost_per_image', models.DecimalField(blank=True, decimal_places=6, help_text='USD per image.', max_digits=12, null=True)),
                ('context_window', models.PositiveIntegerField(blank=True, null=True)),
                ('max_output_tokens', models.PositiveIntegerField(blank=True, null=True)),
                ('valid_sizes', models.JSONField(blank=True, default=list)),
                ('supports_json_mode', models.BooleanField(default=False)),
                ('supports_vision', models.BooleanField(default=False)),
                ('supports_function_calling', models.BooleanField(default=False)),
                ('is_active', models.BooleanField(default=True)),
                ('is_default', models.BooleanField(default=False)),
                ('sort_order', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('updated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'AI model',
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('model_type',), name='one_default_per_model_type'), models.CheckConstraint(condition=models.Q(('is_default', False), ('is_active', True), _connector='OR'), name='default_model_is_active')],
            },
        ),
        migrations.AddIndex(
            model_name='credittransaction',
            index=models.Index(fields=['account', '-id'], name='transaction_by_account'),
        ),
        migrations.AddConstraint(
            model_name='credittransaction',
            constraint=models.CheckConstraint(condition=models.Q(('balance_after__gte', 0)), name='transaction_balance_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='credittransaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('amount__lt', 0), ('transaction_type', 'deduction')), models.Q(('amount__gt', 0), ('transaction_type__in', ['purchase', 'subscription', 'refund'])), models.Q(('transaction_type', 'adjustment'), models.Q(('amount', 0), _negated=True)), _connector='OR'), name='transaction_sign_fits_type'),
        ),
        migrations.AddIndex(
            model_name='creditusagelog',
            index=models.Index(models.F('account'), models.OrderBy(models.F('created_at'), descending=True), name='usage_by_account_and_time'),
        ),
    ]
