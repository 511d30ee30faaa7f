"""What keeps the database from being asked too much."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboards.api.throttles import ReadThrottle
from igny8_core.auth.models import Account
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag

from .clients import API, CREDITS, LISTS, charge, error_of, url_of


class TestThrottle:
    @pytest.fixture
    def twice_a_minute(self, monkeypatch):
        monkeypatch.setattr(ReadThrottle, "THROTTLE_RATES", {"operator_reads": "2/minute"})

    def test_holds_reads_up_and_says_how_long(self, operator, twice_a_minute):
        statuses = [operator.get(f"{API}flags/").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        response = operator.get(f"{API}flags/")
        assert (error_of(response)["code"], int(response["Retry-After"]) > 0) == ("throttled", True)

    def test_never_holds_up_a_write(self, operator, twice_a_minute):
        assert {operator.post(f"{API}rollback/").status_code for _ in range(4)} == {200}

    def test_lets_everything_pass_without_a_cache(self, operator, twice_a_minute, monkeypatch):
        class Down:
            def get(self, *args):
                raise ConnectionError

        monkeypatch.setattr(ReadThrottle, "cache", Down())
        assert {operator.get(f"{API}flags/").status_code for _ in range(4)} == {200}


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
