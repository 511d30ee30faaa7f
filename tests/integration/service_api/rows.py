"""One row of every model that belongs to an account, made from the models themselves."""

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

from igny8_core.auth.models import Account, Plan, Site
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.business.linker.models import InternalLink
from igny8_core.modules.writer.models import Content, Image

Rows = dict[type[models.Model], models.Model]


def tenant(name):
    """Return a new account with a plan."""
    plan, _ = Plan.objects.get_or_create(name="Growth", defaults={"included_credits": 50_000})
    return Account.objects.create(name=name, plan=plan)


def models_of_accounts():
    """Return every model whose rows say which account they belong to."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("igny8_core.") and any(f.related_model is Account for f in model._meta.fields)
    ]


def one_of_each(account: Account) -> Rows:
    """Make one row of each model; every text has the account's name, so that a leak is seen."""
    rows: Rows = {Account: account}
    for model in models_of_accounts():
        _row(model, rows)
    return rows


def _row(model: type[models.Model], rows: Rows) -> models.Model:
    if model not in rows:
        rows[model] = _SPECIAL[model](rows) if model in _SPECIAL else model.objects.create(**_values(model, rows))
    return rows[model]


def _values(model: type[models.Model], rows: Rows) -> dict[str, Any]:
    ours = set(models_of_accounts()) | {Account}
    values = {}
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model in ours:
            values[field.name] = _row(field.related_model, rows)
        elif not (field.primary_key or field.has_default() or field.null or _is_filled_in(field)):
            values[field.name] = _value(field, rows[Account].name)
    return values


def _is_filled_in(field) -> bool:
    has_db_default = field.db_default is not models.NOT_PROVIDED
    return has_db_default or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


def _value(field: models.Field, name: str) -> Any:
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.CharField | models.TextField):
        return f"{name} {field.name}"[: field.max_length]
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DecimalField):
        return Decimal(1)
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.IntegerField):
        return 1
    raise AssertionError(f"Say in _SPECIAL how to make a {field.model.__name__}: {field.name} is a {field}.")


def _transaction(rows: Rows) -> models.Model:
    receipt = CreditService.add_credits(
        account=rows[Account],
        amount=5,
        transaction_type=CreditTransaction.TransactionType.PURCHASE,
        description=f"{rows[Account].name} bought by card",
    )
    # An empty account: no action of an AI gets as far as a provider.
    spent = CreditTransaction.objects.create(
        account=rows[Account],
        transaction_type=CreditTransaction.TransactionType.ADJUSTMENT,
        amount=-receipt.balance_after,
        balance_after=0,
        description=f"{rows[Account].name} adjustment",
    )
    rows[Account].refresh_from_db()
    return spent


def _link(rows: Rows) -> models.Model:
    """A link leads from one content to another."""
    values = _values(Content, {key: row for key, row in rows.items() if key is not Content}) | {"task": None}
    return InternalLink.objects.create(
        account=rows[Account],
        site=_row(Site, rows),
        source=_row(Content, rows),
        target=Content.objects.create(**values),
        anchor=f"{rows[Account].name} anchor",
        operation_id=f"{rows[Account].name} link",
    )


def _image(rows: Rows) -> models.Model:
    """An image has a file."""
    name = default_storage.save(f"{rows[Account].name}.png", ContentFile(b"the bytes of an image"))
    return Image.objects.create(**_values(Image, rows) | {"file": name})


_SPECIAL: dict[type[models.Model], Any] = {CreditTransaction: _transaction, Image: _image, InternalLink: _link}
"""Models that a rule of the database, or a field of another type, keeps from being made of their fields alone."""
