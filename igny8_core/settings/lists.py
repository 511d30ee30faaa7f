"""Lists from the environment."""

import os


def listed(name: str, *, default: str = "") -> list[str]:
    """Return the words of an environment variable, which are separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]
