"""What Prometheus reads: every number comes from the database at the time of the scrape.

So it is the same from every process, and no process keeps a counter that is lost with it. Labels are names of seams,
flags, roles and the like, of which there are few; never an account.
"""

from collections.abc import Iterator
from itertools import chain

from prometheus_client.core import Metric, Sample

from migration_harness.metrics import balancing, comparing, deciding, operating, retiring, shadowing, waiting
from migration_harness.printing import printable


class HarnessCollector:
    """Answers one scrape; what an encoder of ``prometheus_client.exposition`` takes."""

    def collect(self) -> Iterator[Metric]:
        """Read all metrics. Raises what the database raises: half a page would look like a fall to zero."""
        rooms = (comparing, operating, deciding, waiting, balancing, retiring, shadowing)
        for metric in chain.from_iterable(room.metrics() for room in rooms):
            metric.samples = [_labelled(sample) for sample in metric.samples]
            yield metric


def _labelled(sample: Sample) -> Sample:
    """Return a sample whose labels are one line of text each: a reader takes a page line by line."""
    return sample._replace(labels={name: printable(value) for name, value in sample.labels.items()})


__all__ = ["HarnessCollector"]
