"""Customers as the harness asks for them, and how they are charged and given back."""

from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum

from migration_harness.api import AccountDue, AccountInfo, Against
from migration_harness.money.ledger import Correction, Posted
from quotes.models import Customer, Entry

PARCEL = 40


class Refused(Exception):
    """Nothing was charged."""


def balance(customer):
    return customer.opening + (customer.entries.aggregate(cents=Sum("cents"))["cents"] or 0)


def charge(customer_id, *, operation_id, cents=PARCEL, right=PARCEL):
    """Charge a parcel once; return what it cost."""
    with transaction.atomic():
        customer = Customer.objects.select_for_update().get(pk=customer_id)
        made = Entry.objects.filter(operation=operation_id).first()
        if made is not None and made.customer_id != customer.pk:
            raise Refused("The id is another customer's.")
        if made is None:
            if balance(customer) < cents:
                raise Refused("The balance is too small.")
            made = Entry.objects.create(customer=customer, operation=operation_id, cents=-cents, right=right)
        return -made.cents


class Customers:
    """The directory."""

    def describe(self, account_ids):
        keys = [int(each) for each in account_ids if _is_key(each)]
        return {str(each.pk): _info(each) for each in Customer.objects.filter(pk__in=keys)}

    def all_ids(self):
        return [str(each) for each in Customer.objects.values_list("pk", flat=True)]

    def find(self, text):
        found = [*self.describe([text]).values(), *map(_info, Customer.objects.filter(name=text))]
        return list({each.account_id: each for each in found}.values())


class Till:
    """The ledger."""

    flag = "rebates"
    against = (Against.SIGNED,)

    def usd_per_credit(self):
        return Decimal("0.01")

    def dues(self, scope):
        return [each for pk in scope.account_ids if (each := self._due(pk, scope)) is not None]

    def correct(self, *, account_id, scope, correction, mandate):
        with transaction.atomic():
            customer = Customer.objects.select_for_update().get(pk=account_id)
            made = self._charges(account_id, scope).filter(entry=None).first()
            if correction is Correction.DEBIT or made is None:
                return None
            cents = -made.cents - made.right
            Entry.objects.create(customer=customer, operation=f"heal:{made.pk}", cents=cents, heals=made)
        return Posted(charges=1, credits=cents)

    def _charges(self, account_id, scope):
        found = Entry.objects.filter(customer=account_id, at__lt=scope.until, heals=None, cents__lt=-F("right"))
        return found.order_by("pk")

    def _due(self, account_id, scope):
        charges = list(self._charges(account_id, scope).select_related("entry"))
        if not charges:
            return None
        open_ones = [each for each in charges if not hasattr(each, "entry")]
        healed = [each.entry.cents for each in charges if hasattr(each, "entry")]
        return AccountDue(
            account_id=account_id, charges={"direct": len(charges)}, overpaid_charges=len(open_ones),
            overpaid=sum(-each.cents - each.right for each in open_ones), underpaid_charges=0, underpaid=0,
            unknown_charges=0, unknown=0, healed_charges=len(healed), refunded=sum(healed), debited=0,
        )  # fmt: skip


def _is_key(text):
    return text.isascii() and text.isdigit() and text == str(int(text)) and int(text) < 2**63


def _info(customer):
    return AccountInfo(account_id=str(customer.pk), name=customer.name, plan="", balance=balance(customer))
