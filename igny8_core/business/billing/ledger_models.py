"""The ledger, and what each operation used. What moves a balance is one row here, and never changed."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Func, Q

from igny8_core.auth.models import Account
from igny8_core.ledger_rows import LedgerRows


class OperationType(models.TextChoices):
    """What a customer pays credits for."""

    CLUSTERING = "clustering"
    IDEA_GENERATION = "idea_generation"
    CONTENT_GENERATION = "content_generation"
    IMAGE_PROMPT_EXTRACTION = "image_prompt_extraction"
    INTERNAL_LINKING = "internal_linking"
    CONTENT_OPTIMIZATION = "content_optimization"
    IMAGE_GENERATION = "image_generation"


class CreditTransaction(models.Model):
    """One entry of the ledger. Inserting it moves the balance; it is never changed or deleted."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    class TransactionType(models.TextChoices):
        """Why the balance changed."""

        PURCHASE = "purchase"
        SUBSCRIPTION = "subscription"
        REFUND = "refund"
        DEDUCTION = "deduction"
        ADJUSTMENT = "adjustment"

    # No index of its own: the one below begins with it.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="transactions", db_index=False)
    transaction_type = models.CharField(max_length=20, choices=TransactionType)
    amount = models.IntegerField(help_text="Credits, signed: a deduction is negative.")
    balance_after = models.IntegerField(help_text="The account's credits after this entry.")
    description = models.CharField(max_length=255)
    metadata = models.JSONField(default=dict, blank=True)
    reference_id = models.CharField(max_length=255, blank=True)
    operation_id = models.CharField(
        max_length=255, unique=True, null=True, blank=True, help_text="The same operation charges once."
    )  # Null, not empty: entries without an operation must not collide.
    content_hash = models.CharField(
        max_length=64,
        blank=True,
        db_default="",
        help_text="Of the operation's input: the same id must mean the same.",
    )
    priced_by = models.CharField(
        max_length=10,
        blank=True,
        db_default="",
        help_text="The side whose price was charged: control or candidate.",
    )
    flag_epoch = models.BigIntegerField(db_default=0, help_text="Epoch of the flag that decided.")
    control_credits = models.IntegerField(null=True, blank=True, help_text="Legacy price, where it was computed.")
    candidate_credits = models.IntegerField(null=True, blank=True, help_text="New price, where it was computed.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="transaction_by_account")]
        constraints = [
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="transaction_balance_not_negative"),
            models.CheckConstraint(
                # See sql/signs.sql for the rule, and why it stands there.
                condition=Func(
                    "amount", "transaction_type", function="igny8_sign_fits", output_field=models.BooleanField()
                ),
                name="transaction_sign_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_type} {self.amount:+d}"


class ChargedRequest(models.Model):
    """What an account was charged for under a key of its client: the first request, and no other one.

    Written with the charge, so a key is taken by what was charged and not by what was tried.
    """

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    pk = models.CompositePrimaryKey("account_id", "key")
    # No index of its own: the primary key begins with it.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="charged_requests", db_index=False)
    key = models.TextField()
    request = models.TextField(help_text="A digest of what was asked for.")

    def __str__(self) -> str:
        return f"{self.key}: {self.request}"


class HealedCharge(models.Model):
    """A charge that another entry corrected: each at most once. Append-only, as the ledger is."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    charge = models.OneToOneField(CreditTransaction, primary_key=True, on_delete=models.PROTECT, related_name="healed")
    entry = models.ForeignKey(CreditTransaction, on_delete=models.PROTECT, related_name="heals")
    credits = models.IntegerField(help_text="Of the entry, for this charge: given back above 0, taken below.")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(credits=0), name="healed_by_something")]

    def __str__(self) -> str:
        return f"charge {self.charge_id}: {self.credits:+d}"


class HealedRest(models.Model):
    """What a charge that was healed was given back later, measured by the signed price: each once, never taken."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    charge = models.OneToOneField(
        CreditTransaction, primary_key=True, on_delete=models.PROTECT, related_name="healed_rest"
    )
    entry = models.ForeignKey(CreditTransaction, on_delete=models.PROTECT, related_name="heals_rest_of")
    credits = models.IntegerField(help_text="Of the entry, for this charge: given back.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(credits__gt=0), name="a_rest_is_given_back")]

    def __str__(self) -> str:
        return f"charge {self.charge_id}: {self.credits:+d} more"


class CreditUsageLog(models.Model):
    """What one AI operation used and cost."""

    objects: ClassVar[LedgerRows[Self]] = LedgerRows()

    # No index of its own: the one below begins with it.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="usage", db_index=False)
    operation_type = models.CharField(max_length=50, choices=OperationType)
    credits_used = models.IntegerField()
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True, help_text="The provider's cost.")
    model_used = models.CharField(max_length=100, blank=True)
    tokens_input = models.PositiveIntegerField(default=0)
    tokens_output = models.PositiveIntegerField(default=0)
    related_object_type = models.CharField(max_length=50, blank=True)
    related_object_id = models.CharField(max_length=50, blank=True)
    transaction = models.OneToOneField(CreditTransaction, null=True, on_delete=models.PROTECT, related_name="usage_log")
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(F("account"), F("created_at").desc(), name="usage_by_account_and_time")]

    def __str__(self) -> str:
        return f"{self.operation_type}: {self.credits_used} credits"
