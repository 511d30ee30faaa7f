"""A database in which every text that somebody may have typed is a hostile one, made from the models' own fields."""

import copy
from contextlib import suppress
from uuid import uuid4

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction

from tests.hostile import HOSTILE, cut

OURS = ("igny8_core.", "migration_harness.")
NAMED_BY_CODE = {
    "seam", "stage", "baseline", "execution_path", "verdict", "signature", "flag", "side", "kind", "run", "hash",
    "previous_hash", "salt", "percent", "testing", "languages", "revision", "prices", "key", "digest", "state",
    "password", "file", "mime_type", "status", "operation_type", "transaction_type", "provider", "model_type",
    "account_id", "operation_id", "request_id", "priced_by", "domain", "field", "action", "subject", "role",
    "prefix", "scopes", "password_seal", "user_id", "asker_user", "approver_user", "started_user", "act", "sha256",
    "level", "purpose", "table", "gate", "law", "book", "books", "trail_hash", "relation", "Approval.asked",
    "StoredExplanation.approved_by", "Rollout.dry", "Rollout.held", "Rollout.told", "CapturedRow.change",
    "TrialPass.name", "RollbackProof.flags",
}  # fmt: skip
"""Columns whose texts are words of the code or ids that it makes: nobody types them. With a model: of it alone."""
NO_COPIES = {
    "BillingConfiguration": "there is one row",
    "GlobalIntegrationSettings": "there is one row",
    "Flag": "flags and their names are the plan's",
    "FlagMember": "a member is one account of one flag",
    "Epoch": "there is one row, of numbers",
    "Approval": "what was asked cannot be changed, and nobody restores it otherwise: it is asked with these texts",
}


def models_of_ours():
    """Return the models of the harness and of the service that have a table."""
    return [m for m in apps.get_models() if m.__module__.startswith(OURS) and m._meta.managed]


def free_texts(model):
    """Return the columns of a model in which somebody may have typed anything."""
    return [
        field
        for field in model._meta.concrete_fields
        if NAMED_BY_CODE.isdisjoint({field.name, f"{model.__name__}.{field.name}"})
        and not field.choices
        and _is_text(field)
    ]


def _is_text(field):
    if isinstance(field, ArrayField):
        return isinstance(field.base_field, models.CharField | models.TextField)
    typed = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.FileField)
    return typed and not getattr(field, "is_secret", False) and "Secret" not in type(field).__name__


def fill():
    """Copy a row of each model for each hostile text; where it can have no copy, its own row gets all of them.

    Returns why a model has no copies, by its name.
    What only the application may do (the ledger, the trail, flags) is done past its triggers, as by a restored dump.
    """
    refused = {}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    for model in models_of_ours():
        row, columns = model._base_manager.first(), free_texts(model)
        if row is None or not columns or model.__name__ in NO_COPIES:
            continue
        try:
            with transaction.atomic():
                for name in HOSTILE:
                    _copy(row, columns, name)
        except DatabaseError as error:
            refused[model.__name__] = str(error).splitlines()[0]
            with suppress(DatabaseError), transaction.atomic():
                _say_all(row, columns)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
    return refused


def _copy(row, columns, name):
    made = copy.copy(row)
    made._state = copy.copy(row._state)
    made._state.adding = True
    if isinstance(row._meta.pk, models.AutoField):
        made.pk = None
    for field in row._meta.concrete_fields:
        if field.unique and field.null:
            setattr(made, field.attname, None)
        elif field.name == "is_default":
            setattr(made, field.attname, False)
        elif field.unique and isinstance(field, models.UUIDField):
            setattr(made, field.attname, uuid4())
        elif field.unique and isinstance(field, models.CharField) and field not in columns:
            setattr(made, field.attname, f"copy for {name}"[: field.max_length])
    for field in columns:
        if isinstance(field, ArrayField):
            said = cut(name, field.base_field.max_length)
            setattr(made, field.attname, [said] * len(getattr(row, field.attname) or [1]))
        else:
            setattr(made, field.attname, cut(name, field.max_length))
    type(row)._base_manager.bulk_create([made])


def _say_all(row, columns):
    for field in columns:
        array, many = isinstance(field, ArrayField), "".join(HOSTILE.values())
        each = [cut(name, field.base_field.max_length) for name in HOSTILE] if array else []
        said = each if array else many[: getattr(field, "max_length", None)]
        type(row)._base_manager.filter(pk=row.pk).update(**{field.attname: said})
