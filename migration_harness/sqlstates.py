"""The SQLSTATEs that the harness's own functions raise, and those of other errors."""

from typing import Final

from psycopg import errors

EVIDENCE_LOST: Final = "MH001"
"""The evidence of a charge could not be written; ``sql/proving.sql`` raises it."""
TOO_STRICT: Final = "MH002"
"""The transaction is at a stricter isolation level than a charge can be made at; ``sql/proving.sql`` raises it."""

LOCK_NOT_AVAILABLE: Final = "55P03"
"""PostgreSQL's, where a lock was waited for as long as ``lock_timeout`` allows."""


def sqlstate_of(error: BaseException) -> str:
    """Return the SQLSTATE of an error of Django or of the driver; empty where the server has not named one."""
    return getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None) or ""


def reason_of(error: BaseException) -> str:
    """Return the name of what went wrong: of lost evidence that of its reason, else the error's class."""
    if sqlstate_of(error) != EVIDENCE_LOST:
        return type(error).__name__
    diagnosis = getattr(error.__cause__, "diag", None)
    state = getattr(diagnosis, "message_detail", None) or EVIDENCE_LOST
    try:
        return errors.lookup(state).__name__
    except KeyError:
        return state
