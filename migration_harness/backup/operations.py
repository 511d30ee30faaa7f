"""What a schema migration drops, by its operations."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.migrations.operations import DeleteModel, RemoveField, SeparateDatabaseAndState


def dropped_in(app: str, migration: Any) -> Iterator[tuple[str, str]]:
    """Yield what it drops, as model and field, both in small letters; of a model as a whole the field is empty."""
    for operation in _flat(migration.operations):
        if isinstance(operation, DeleteModel):
            yield f"{app}.{operation.name_lower}", ""
        elif isinstance(operation, RemoveField):
            yield f"{app}.{operation.model_name_lower}", operation.name_lower


def _flat(operations: Sequence[Any]) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat([*operation.state_operations, *operation.database_operations])
        else:
            yield operation
