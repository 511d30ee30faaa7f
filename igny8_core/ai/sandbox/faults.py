"""Which of the requests that carry a marker misbehave: the first ``times``, then the sandbox works."""

from collections import Counter
from threading import Lock

from igny8_core.ai.sandbox.markers import Fault, Marker


class Faults:
    """Counts the requests of each marker."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: Counter[str] = Counter()

    def due(self, marker: Marker) -> Fault | None:
        """Return the fault of this request, or None where it is to be answered."""
        if marker.fault is None:
            return None
        with self._lock:
            self._seen[marker.text] += 1
            seen = self._seen[marker.text]
        return marker.fault if marker.times is None or seen <= marker.times else None

    def forget(self) -> None:
        """Count from zero again."""
        with self._lock:
            self._seen.clear()
