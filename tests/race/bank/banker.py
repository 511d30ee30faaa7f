"""A process that flips as a person does, with the commands: ``python -m tests.race.bank.banker NAME JOURNAL``.

Reads orders from its standard input, one a line, and writes down what the command said and how long it took.
"""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from time import monotonic

import django

from igny8_core import importing

importing.begin()
django.setup()

from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connections  # noqa: E402

from tests.race.bank.journal import Journal  # noqa: E402

FLAG = "model-based-credits"
ORDERS = {
    # New prices require that everyone is in the cohort of the models, which a rollback of all takes back.
    "models": ("flag", "model-selection", "--everyone", "yes"),
    "on": ("flag", FLAG, "--everyone", "yes"),
    "off": ("flag", FLAG, "--everyone", "no"),
    "back": ("rollback", FLAG),
    "back all": ("rollback", "--all"),
}


def obey(order: str, journal: Journal) -> None:
    told, begun = io.StringIO(), monotonic()
    journal.write(order=order)
    code: object = 0
    try:
        with redirect_stdout(told), redirect_stderr(told):
            call_command("harness", *ORDERS[order], "--reason", "the bank")
    except CommandError as error:
        code = error.returncode
        told.write(str(error))
    except SystemExit as end:
        code = end.code
    except BaseException as error:  # noqa: BLE001  Whatever it is, it is no sentence for a person.
        code = f"{type(error).__name__}: {error}"
    journal.write(obeyed=order, code=code, told=told.getvalue(), seconds=monotonic() - begun)
    if code != 0:
        with suppress(Exception):
            connections.close_all()


def main() -> None:
    journal = Journal(Path(sys.argv[2]))
    for line in sys.stdin:
        obey(line.strip(), journal)


if __name__ == "__main__":
    main()
