"""Takes the legacy code of a phase, or of all, out of the tree that it runs in: the verb without gates and database."""

import os
import sys
from pathlib import Path

import django


def main() -> None:
    """Write the removal; the one argument is the number of a phase, or ``all``."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "igny8_core.settings"
    sys.path.insert(0, str(Path.cwd()))
    django.setup()

    from migration_harness.cli import legacy_remove
    from migration_harness.retire.removal import applying, checkout

    root = Path.cwd()
    removal = legacy_remove._removal(root, None if sys.argv[1] == "all" else int(sys.argv[1]))
    applying.apply(root, checkout.journal_of(root), removal.changes)


if __name__ == "__main__":
    main()
