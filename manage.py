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
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
