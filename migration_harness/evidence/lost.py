"""Why nobody can know something of a time."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Something because of which nobody can know: a sentence, and the last moment that it concerns."""

    sentence: str
    until: datetime
