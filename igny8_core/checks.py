"""What ``check --deploy`` says of a production: with what nothing serves, and what weakens its gates."""

from typing import Any, Final

from django.conf import settings
from django.core import checks

from igny8_core.starting import why_not_served

_DAY_SECONDS: Final = 86_400


@checks.register(checks.Tags.security, deploy=True)
def production(**_: Any) -> list[checks.CheckMessage]:
    """Find what ends every process that serves, though commands go on; and days of soaking that are none."""
    found: list[checks.CheckMessage] = []
    if told := why_not_served():
        found.append(checks.Error(told, id="igny8.E001"))
    day_seconds = settings.HARNESS["DAY_SECONDS"]
    if settings.PRODUCTION and day_seconds < _DAY_SECONDS:
        found.append(
            checks.Warning(
                f"A day of soaking and of quiet is {day_seconds} seconds in this production: steps and gates wait for "
                "less than the plan says.",
                hint="Leave HARNESS_DAY_SECONDS out; it is for trying a plan out.",
                id="igny8.W001",
            )
        )
    return found
