#!/usr/bin/env python
"""Django's command line. Starts the embedded servers first when a command needs them."""

import os
import sys


def main() -> None:
    """Run one management command."""
    testing = sys.argv[1:2] == ["test"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings.test" if testing else "igny8_core.settings")
    from django.core.management import execute_from_command_line

    from igny8_core import embedded

    with embedded.held_for(sys.argv):
        try:
            execute_from_command_line(sys.argv)
        finally:
            # Before the embedded database may stop; a command without Django's set-up has nothing to leave.
            if "migration_harness.recorder" in sys.modules:
                from migration_harness.shutdown import leave

                leave()


if __name__ == "__main__":
    main()
