"""``manage.py harness``: every verb of the control plane. Each verb is a function of its own file."""

from migration_harness.cli.acting import As, name_for_all
from migration_harness.cli.usage import HarnessCommand, initialize
from migration_harness.cli.verbs import Verbs


class Command(HarnessCommand, pretty_exceptions_show_locals=False):
    """Look at a migration, move accounts, review differences, roll back."""

    @initialize(cls=Verbs)
    def name_actor(self, *, as_everywhere: As = "") -> None:
        """Look at a migration, move accounts, review differences, roll back."""
        name_for_all(as_everywhere)
