"""What keeps the database from being asked too much."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboards.api.throttles import ReadThrottle, WriteThrottle
from igny8_core.auth.models import Account
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag

from .clients import API, CREDITS, LISTS, charge, error_of, url_of

NOBODY = "discrepancies/0123456789ab/notes/"
"""A write that changes nothing: there is no such discrepancy."""


class Down:
    """A cache that does not answer."""

    def get(self, *args):
        raise ConnectionError


class TestThrottle:
    @pytest.fixture
    def twice_a_minute(self, monkeypatch):
        for throttle in (ReadThrottle, WriteThrottle):
            rates = {"operator_reads": "2/minute", "operator_writes": "2/minute"}
            monkeypatch.setattr(throttle, "THROTTLE_RATES", rates)

    @pytest.mark.parametrize(
        ("method", "path", "status"), [("GET", "flags/", 200), ("POST", NOBODY, 404)], ids=["reads", "writes"]
    )
    def test_holds_them_up_and_says_how_long(self, operator, twice_a_minute, method, path, status):
        def ask():
            return operator.generic(method, f"{API}{path}", '{"text": "x"}', content_type="application/json")

        assert [ask().status_code for _ in range(3)] == [status, status, 429]
        response = ask()
        assert (error_of(response)["code"], int(response["Retry-After"]) > 0) == ("throttled", True)

    def test_counts_reads_and_writes_apart(self, operator, twice_a_minute):
        assert {operator.get(f"{API}flags/").status_code for _ in range(2)} == {200}
        assert operator.post(f"{API}{NOBODY}", {"text": "x"}).status_code == 404

    @pytest.mark.parametrize(
        "path", ["rollback/", f"flags/{CREDITS}/rollback/", f"rollouts/{CREDITS}/abort/", "reconcile/", "resync/"]
    )
    def test_never_holds_up_a_way_back(self, operator, twice_a_minute, path, monkeypatch):
        for _ in range(3):
            operator.post(f"{API}{NOBODY}", {"text": "x"})
        monkeypatch.setattr(WriteThrottle, "cache", Down())
        assert 429 not in {operator.post(f"{API}{path}").status_code for _ in range(3)}

    @pytest.mark.parametrize(
        ("method", "path", "status"), [("GET", "flags/", 200), ("POST", NOBODY, 404)], ids=["reads", "writes"]
    )
    def test_lets_everything_pass_without_a_cache(self, operator, twice_a_minute, monkeypatch, method, path, status):
        for throttle in (ReadThrottle, WriteThrottle):
            monkeypatch.setattr(throttle, "cache", Down())
        sent = (f"{API}{path}", '{"text": "x"}', "application/json")
        assert {operator.generic(method, *sent).status_code for _ in range(4)} == {status}


class TestQueries:
    """Lists cost the same number of queries, whatever is in them."""

    @pytest.fixture
    def queries_of(self, operator):
        def count(url):
            with CaptureQueriesContext(connection) as captured:
                assert operator.get(url).status_code == 200
            return len(captured)

        return count

    @pytest.mark.parametrize("route", LISTS)
    def test_do_not_grow(self, queries_of, operator, signature, route):
        url = f"{url_of(route, signature)}?page_size=200"
        few = queries_of(url)
        for index, operation in enumerate(("idea_generation", "content_generation", "internal_linking")):
            for account in Account.objects.all():
                charge(operation, index=f"{index}:{account.pk}", account=account)
                change_flag(
                    name=CREDITS,
                    change=FlagChange(account_id=str(account.pk), membership=["on", "off"][index % 2]),
                    actor="b",
                )
        for found in queries.discrepancies():
            operator.post(url_of("review", found.signature), {"state": "open", "reason": "x"}, format="json")
        assert queries_of(url) == few
