"""What the harness does about its own faults: it logs them and goes on."""

from contextlib import suppress

import structlog

log = structlog.get_logger("harness")


def fault(seam: str, where: str, error: BaseException) -> None:
    """Log a fault of the harness. Its message may hold anything, so only its class is logged."""
    alarm("harness.fault", seam=seam, where=where, error=type(error).__name__)


def alarm(event: str, **fields: str | int) -> None:
    """Log an error that somebody must see; a broken log must not break a caller either."""
    with suppress(Exception):
        log.error(event, **fields)
