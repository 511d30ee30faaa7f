"""The tables of a charge as one would write it without a harness: no trigger, no evidence, no retry."""

from django.db import connection, models, transaction


class PlainAccount(models.Model):
    """A balance."""

    credits = models.IntegerField()

    class Meta:
        app_label = "benchmarks"


class PlainTransaction(models.Model):
    """An entry of the ledger."""

    account = models.ForeignKey(PlainAccount, on_delete=models.PROTECT, related_name="transactions")
    amount = models.IntegerField()
    balance_after = models.IntegerField()
    description = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "benchmarks"


class PlainUsageLog(models.Model):
    """What an operation used."""

    account = models.ForeignKey(PlainAccount, on_delete=models.PROTECT, related_name="usage")
    operation_type = models.CharField(max_length=50)
    credits_used = models.IntegerField()
    tokens_input = models.IntegerField()
    tokens_output = models.IntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "benchmarks"


def create_tables() -> None:
    """Create the three tables."""
    with connection.schema_editor() as editor:
        for model in (PlainAccount, PlainTransaction, PlainUsageLog):
            editor.create_model(model)


def charge(*, account_id: int, credits: int, tokens_input: int, tokens_output: int) -> None:
    """Charge one operation: lock, save, two rows."""
    with transaction.atomic():
        account = PlainAccount.objects.select_for_update().get(pk=account_id)
        account.credits -= credits
        account.save()
        PlainTransaction.objects.create(
            account=account, amount=-credits, balance_after=account.credits, description="Clustering"
        )
        PlainUsageLog.objects.create(
            account=account,
            operation_type="clustering",
            credits_used=credits,
            tokens_input=tokens_input,
            tokens_output=tokens_output,
        )
