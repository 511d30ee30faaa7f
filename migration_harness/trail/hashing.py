"""The formula by which an event of the trail is hashed: the standard library alone, for whoever checks it elsewhere."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

GENESIS: Final = "0" * 64
"""What stands for the hash before the first event."""
FIELDS: Final = ("actor", "action", "subject", "before", "after", "reason", "evidence", "previous_hash")
"""What is hashed after the time, in this order."""


def hash_of_content(moment: str, content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an event: of the JSON of its time and its fields, keys in order, in ASCII."""
    return sha256(json.dumps([moment, *(content[name] for name in FIELDS)], sort_keys=True).encode()).hexdigest()
