"""The metrics of an installation with several processes: each of them answers the same."""

import urllib.request
from contextlib import ExitStack

import pytest
from prometheus_client.parser import text_string_to_metric_families

from igny8_core.settings import HARNESS
from migration_harness.models import Comparison
from tests.race.test_soak import free_port
from tests.waiting import PATIENCE_SECONDS

from .conftest import process, until


@pytest.fixture
def web(selected, tmp_path):
    """Two web servers, and beside them two processes that charge."""
    with ExitStack() as stack:
        ports = free_port(), free_port()
        for port in ports:
            arguments = ("gunicorn", "igny8_core.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2")
            stack.enter_context(process(*arguments, log=tmp_path / f"web-{port}.log"))
        with ExitStack() as chargers:
            for name in ("a", "b"):
                arguments = ("tests.race.charger", "charge", name, "-", "0.02")
                chargers.enter_context(process(*arguments, log=tmp_path / f"{name}.log"))
            until(lambda: Comparison.objects.filter(operation_id__startswith="load:a").count() > 5)
            until(lambda: Comparison.objects.filter(operation_id__startswith="load:b").count() > 5)
        yield ports
    assert Comparison.objects.exists()


def scrape(port):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {HARNESS['METRICS_TOKEN']}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310  Our own address.
            return counters(text_string_to_metric_families(answer.read().decode()))
    except OSError:
        return None


def counters(families):
    """Return every series that may only grow."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        if family.type in ("counter", "histogram")
        for sample in family.samples
    }


class TestMetrics:
    def test_are_the_same_from_every_process_and_have_the_work_of_all(self, web):
        first = until(lambda: scrape(web[0]))
        assert until(lambda: scrape(web[1])) == first
        assert [scrape(port) for port in web * 3] == [first] * 6
        total = sum(value for (name, *labels), value in first.items() if name == "harness_comparisons_total")
        assert total == Comparison.objects.filter(run="").count()
        assert total > 10
