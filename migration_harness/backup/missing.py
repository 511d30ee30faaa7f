"""Which drops of the plan name nothing: a model or a field that is not there, and that no schema migration has dropped.

After the removal the code has them no more, and the plan may still name them: that is no mistake.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from migration_harness.backup.operations import dropped_in
from migration_harness.plan import Plan
from migration_harness.retire.drops import Drop, DroppedTable


def missing_in(plan: Plan) -> Iterator[str]:
    """Yield a sentence for each drop, and each field of one, that names nothing."""
    for drop in plan.drops:
        unknown = _unknown(drop)
        if unknown and (left := unknown - _dropped(drop.model.split(".")[0].lower())):
            yield f"The plan drops {_listed(drop, left)}, and the code has none of that name."
        if not isinstance(drop, DroppedTable) and (besides := set(drop.secret) - set(drop.fields)):
            yield f"The plan calls {', '.join(sorted(besides))} of {drop.model} secret, and does not drop it."


def _unknown(drop: Drop) -> set[tuple[str, str]]:
    """Return what of a drop the code does not have, as model and field; of an unknown model the field is empty."""
    try:
        options = apps.get_model(drop.model)._meta  # noqa: SLF001  Its public name.
    except (LookupError, ValueError):
        return {(drop.model.lower(), "")}
    named = drop.secret if isinstance(drop, DroppedTable) else drop.fields
    known = {field.name.lower() for field in options.get_fields()}
    return {(drop.model.lower(), name.lower()) for name in named if name.lower() not in known}


def _dropped(app: str) -> set[tuple[str, str]]:
    """Return what the schema migrations of an app have dropped."""
    found: set[tuple[str, str]] = set()
    for (label, _), migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items():
        if label == app:
            found |= set(dropped_in(label, migration))
    return found


def _listed(drop: Drop, left: set[tuple[str, str]]) -> str:
    fields = sorted(name for _, name in left if name)
    return f"the fields {', '.join(fields)} of {drop.model}" if fields else f"the model {drop.model}"
