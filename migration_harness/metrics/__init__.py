"""What Prometheus reads: every number comes from the database at the time of the scrape.

So it is the same from every process, and no process keeps a counter that is lost with it. Labels are names of seams,
flags, roles and the like, of which there are few; never an account.
"""

from collections.abc import Iterator

from prometheus_client.core import Metric

from migration_harness.metrics import comparing, deciding, waiting


class HarnessCollector:
    """Answers one scrape; what an encoder of ``prometheus_client.exposition`` takes."""

    def collect(self) -> Iterator[Metric]:
        """Read all metrics. Raises what the database raises: half a page would look like a fall to zero."""
        yield from comparing.metrics()
        yield from deciding.metrics()
        yield from waiting.metrics()


__all__ = ["HarnessCollector"]
