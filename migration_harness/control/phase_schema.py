"""Which phases of the plan have put their schema into the database: what a flag's candidate reads must be there."""

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Q

from migration_harness.database import connection
from migration_harness.exceptions import SchemaUndone
from migration_harness.plan import Phase, plan


def missing_of(phase: Phase) -> list[str]:
    """Return the schema migrations of a phase that the database has not run, as ``app_label.name``."""
    if not phase.laid:
        return []
    there = Q()
    for app, name in phase.laid:
        there |= Q(app=app, name=name)
    applied = set(MigrationRecorder(connection).migration_qs.filter(there).values_list("app", "name"))
    return sorted(".".join(key) for key in phase.laid - applied)


def refuse_undone(flag: str) -> None:
    """Raise SchemaUndone where a flag's candidate would ask for what its phase, or an earlier one, has not put there.

    Asked with the flag's row locked: whoever takes a phase's schema out holds the rows of all flags.
    """
    own = plan().phase_of(flag)
    for phase in plan().phases if own else ():
        if own and phase.number <= own.number and (missing := missing_of(phase)):
            raise SchemaUndone(
                f"{flag}: nothing was changed. Its candidate needs what phase {phase.number} ({phase.name}) puts into "
                f"the database, and {', '.join(missing)} is not applied. First: python manage.py harness migrate --pre"
            )
