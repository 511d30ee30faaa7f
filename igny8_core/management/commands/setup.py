"""``manage.py setup``: schema, first rows and the operator's login."""

from argparse import ArgumentParser
from typing import Any

from igny8_core.preparation import (
    OPERATOR,
    create_customers,
    create_operator,
    operator_password,
    password_file,
    prepare_database,
)
from igny8_core.starting import refuse_the_demo
from migration_harness.api import PlainCommand


class Command(PlainCommand):
    """Prepare the database; safe to repeat."""

    help = "Migrate and seed the database and create the operator; safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the demonstration's accounts as an option."""
        parser.add_argument("--demo", action="store_true", help="also add the demonstration's accounts")

    def handle(self, *, demo: bool, **_options: Any) -> None:
        """Prepare, then say how to log in."""
        if demo:
            refuse_the_demo("setup --demo")
        prepare_database(demo=demo)
        create_operator()
        if demo:
            create_customers()
        self.stdout.write(f"Ready. {login_line()}")


def login_line() -> str:
    """Return the operator's login as a sentence, which names the password's place and not the password."""
    if operator_password() is None:
        return f"Login: {OPERATOR}, with the password you chose."
    return f"Login: {OPERATOR}, with the password in {password_file('operator')}"
