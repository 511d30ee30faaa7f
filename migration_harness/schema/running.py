"""One kind of schema migrations run, by Django's own command."""

from collections.abc import Callable

from django.core.management import call_command

from migration_harness.control.events import record_event
from migration_harness.schema.planning import SchemaPlan


def run(plan: SchemaPlan, *, actor: str, reason: str = "", on_app: Callable[[str], object] = lambda _: None) -> None:
    """Run what was planned; what it takes away goes on the trail first. ``on_app`` is called before each app.

    Each migration is a transaction of its own, as ever: where one fails those before it are applied, and the same
    command goes on.
    """
    if plan.losses:
        record_event(
            actor=actor,
            action="drop from the schema",
            subject=plan.database,
            before={str(loss.taken): loss.rows for loss in plan.losses},
            after={},
            reason=reason,
        )
    for app_label, name in plan.targets:
        on_app(app_label)
        call_command(
            "migrate",
            app_label,
            name,
            database=plan.database,
            interactive=False,
            verbosity=0,
            # A project may have a word to say of the database, as Django asks before its own command.
            skip_checks=False,
        )
