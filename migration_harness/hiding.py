"""Has a library imported as if others were not installed, which it would load where they are and we use nowhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*libraries: str) -> Iterator[None]:
    """Hide these from what is imported inside; one that is loaded already is seen."""
    missing = [name for name in libraries if name not in sys.modules]
    for name in missing:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own way to say that it is not there.
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]
