"""Who the demo's customers are, and by what a database is known to have them. Asked before Django is set up."""

from typing import Any, Final

import psycopg

ACCOUNTS: Final = (
    "Amber Bakery", "Blue Harbour", "Cedar Clinic", "Delta Outdoor", "Elm Street Books", "Fjord Travel",
    "Granite Legal", "Hazel Interiors", "Indigo Yoga", "Juniper Foods", "Kestrel Drones", "Linden Realty",
)  # fmt: skip
FIRST_CREDITS: Final = "seed:demo-credits:"
"""How the operation begins by which each of them got its credits; its account's number ends it."""

_CONNECT_SECONDS: Final = 5
# A name alone is nobody's: a customer of one's own may have it, too.
_FOUND: Final = """
SELECT EXISTS (
    SELECT FROM igny8_auth_account AS account
    JOIN billing_credittransaction AS entry ON entry.operation_id = %s || account.id
    WHERE account.name = ANY (%s)
)
"""


def are_in(parameters: dict[str, Any]) -> bool:
    """Tell whether a database has them. One that does not answer, or has no tables yet, says nothing."""
    try:
        with psycopg.connect(**{**parameters, "connect_timeout": _CONNECT_SECONDS}) as connection:
            return bool(connection.execute(_FOUND, [FIRST_CREDITS, list(ACCOUNTS)]).fetchone()[0])  # type: ignore[index]
    except psycopg.Error:
        return False
