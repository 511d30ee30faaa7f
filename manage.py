#!/usr/bin/env python3
"""Django's command line. Starts the embedded servers first when a command needs them.

Whichever Python it is run by, it goes on in that of ``make setup``, where Django is not at hand.
"""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

_OWN_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    """Run one management command."""
    if find_spec("django") is None and _OWN_PYTHON.exists():
        os.execv(_OWN_PYTHON, [str(_OWN_PYTHON), *sys.argv])  # noqa: S606  Its own path, and no shell.
    testing = sys.argv[1:2] == ["test"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings" if testing else "igny8_core.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from igny8_core import embedded, importing

    importing.begin()
    signal.signal(signal.SIGTERM, _end)
    try:
        if embedded.needs_servers(sys.argv):
            settings.DEBUG  # noqa: B018  Asking reads the settings: what is wrong with them is said before a server starts.
        _run()
    except (ImproperlyConfigured, embedded.EmbeddedError) as error:
        sys.exit(f"{error}")


def _run() -> None:
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from igny8_core import embedded

    with embedded.held_for(sys.argv):
        try:
            execute_from_command_line(sys.argv)
        except OperationalError as error:
            from migration_harness.database import out_of_reach

            if (told := out_of_reach(error)) is None:
                raise
            sys.exit(told)
        finally:
            # Before the embedded database may stop; a command without Django's set-up has nothing to leave.
            if "migration_harness.log.recorder" in sys.modules:
                from migration_harness.shutdown import leave

                leave()


def _end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  The signature of a handler.
    """End in good order, so that what is buffered is written; a command with a handler of its own has its own."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
