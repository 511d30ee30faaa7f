"""What comes back with a second click: what the preview of the first one rested on."""

import json
from collections.abc import Mapping

from migration_harness.exceptions import StalePreview


def read_seen(text: str) -> Mapping[str, int]:
    """Return the flags that a preview rested on with their epochs; raises StalePreview where nobody can read it.

    An empty text says nothing: whoever sends a form without a look at it asks for the change as it is.
    """
    if not text:
        return {}
    try:
        seen = json.loads(text)
    except ValueError:
        seen = None
    if not isinstance(seen, dict) or not all(map(_is_a_flag, seen, seen.values())):
        raise StalePreview("What was looked at cannot be read. Nothing was changed. Look again.")
    return seen


def _is_a_flag(name: str, epoch: object) -> bool:
    return name.isprintable() and type(epoch) is int
