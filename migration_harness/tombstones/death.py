"""Since when legacy code is declared dead: since the phase was entered whose gate asks for it."""

from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import psycopg

from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.plan import GateName, plan

_CLOSED: Final = "SELECT at FROM migration_harness_phaseadvance WHERE phase = %s AND undone_at IS NULL"


def dead_since(connection: "psycopg.Connection[Any]") -> datetime | None:
    """Return since when no legacy entry may answer anybody; None where nobody has said so yet."""
    number = closing_phase()
    row = None if number is None else connection.execute(_CLOSED, [number]).fetchone()
    return None if row is None else row[0]


def closing_phase() -> int | None:
    """Return the phase with whose end legacy code is declared dead: the one before that which asks for it."""
    try:
        phases = plan().phases
    except HarnessMisconfigured:
        return None
    return next((before.number for before, phase in pairwise(phases) if GateName.LEGACY_UNUSED in phase.entering), None)
