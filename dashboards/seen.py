"""What comes back with a second click: what the preview of the first one rested on."""

import json
from collections.abc import Mapping

from migration_harness.exceptions import StalePreview
from migration_harness.queries import Discrepancy


def read_seen(text: str) -> Mapping[str, int]:
    """Return the flags that a preview rested on with their epochs; raises StalePreview where nobody can read it.

    An empty text says nothing: whoever sends a form without a look at it asks for the change as it is.
    """
    if not text:
        return {}
    try:
        seen = json.loads(text)
    except (ValueError, RecursionError):
        seen = None
    if not isinstance(seen, dict) or not all(map(_is_a_flag, seen, seen.values())):
        raise StalePreview("What was looked at cannot be read. Nothing was changed. Look again.")
    return seen


def seen_of_review(found: Discrepancy) -> str:
    """Return what people have said of a discrepancy; more calls of it say nothing else."""
    said = [each.at.isoformat() for each in (found.review, found.assignment) if each is not None]
    return " ".join([found.state, *said])


def refuse_other(shown: str, now: str, *, what: str) -> None:
    """Raise StalePreview where a page showed something else than what is so now; an empty text says nothing."""
    if shown and shown != now:
        raise StalePreview(f"{what}: somebody has decided since you looked at it. Nothing was changed. Look again.")


def _is_a_flag(name: str, epoch: object) -> bool:
    return name.isprintable() and type(epoch) is int
