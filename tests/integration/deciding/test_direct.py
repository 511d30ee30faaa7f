"""A direct connection is Django's own, but for the pooler in between: its role, its options, its limits."""

import traceback

import pytest
from django.db import connection

from igny8_core.business.automation.site_lock import site_lock
from migration_harness.api import connect_directly
from migration_harness.checks import check_listen_url
from migration_harness.deciding.leases import Lease
from migration_harness.deciding.processes import this_process
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.log.own_connection import own_connection
from tests.acceptance.conftest import database_url

ROLE = "harness direct"


@pytest.fixture(autouse=True)
def server(django_db_setup, django_db_blocker, monkeypatch):
    """The server past the test's transactions, with a role to assume."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE ROLE "{ROLE}" NOLOGIN SUPERUSER')
            cursor.execute(f'GRANT "{ROLE}" TO CURRENT_USER')
        yield
        monkeypatch.undo()
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP ROLE "{ROLE}"')
        connection.close()


@pytest.fixture
def options(monkeypatch):
    """Change Django's own options of the connection."""

    def change(**values):
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", values)

    return change


def asked(sql):
    with connect_directly(name="direct") as direct:
        return direct.execute(sql).fetchone()[0]


def by_lease(sql):
    lease = Lease(this_process())
    try:
        return lease.connection.execute(sql).fetchone()[0]
    finally:
        lease.release()
        lease.close()


def by_site(sql):
    with site_lock(1) as lock:
        return lock._session.execute(sql).fetchone()[0]


def at_the_end(sql):
    with own_connection(), connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


CONNECTIONS = {"direct": asked, "lease": by_lease, "site": by_site, "last": at_the_end}
OPTIONS = {
    "role": ({"assume_role": ROLE}, "SELECT current_user::text", ROLE),
    "limit": ({"options": "-c statement_timeout=12345"}, "SHOW statement_timeout", "12345ms"),
    "search path": ({"options": "-c search_path=public"}, "SHOW search_path", "public"),
    "keepalives": ({"tcp_user_timeout": 7000}, "SELECT 'connected'", "connected"),
    "isolation": ({"isolation_level": 2}, "SELECT 'connected'", "connected"),
    "binding": ({"server_side_binding": True}, "SELECT 'connected'", "connected"),
}


class TestDirectConnection:
    @pytest.mark.covering
    @pytest.mark.parametrize("ask", CONNECTIONS.values(), ids=CONNECTIONS)
    @pytest.mark.parametrize(("values", "sql", "said"), OPTIONS.values(), ids=OPTIONS)
    def test_has_the_options_of_djangos(self, options, ask, values, sql, said):
        options(**values)
        assert ask(sql) == said

    def test_comes_from_no_pool(self, options):
        options(pool=True)
        assert asked("SELECT 'connected'") == "connected"

    def test_bears_the_name_that_the_host_gives_before_its_own(self, options):
        options(application_name="shop")
        name = "SELECT current_setting('application_name')"
        assert asked(name) == "shop: direct"
        with connection.cursor() as cursor:
            cursor.execute(name)
            assert cursor.fetchone()[0] == f"shop: {this_process()}"

    @pytest.mark.parametrize("ask", [asked, by_lease, by_site], ids=["direct", "lease", "site"])
    @pytest.mark.parametrize("url", ["", database_url], ids=["django", "url"])
    def test_prepares_nothing(self, settings, ask, url):
        settings.HARNESS = settings.HARNESS | {"LISTEN_URL": url and url()}
        assert ask("SELECT 'connected'") == "connected"
        with connect_directly(name="direct") as direct:
            for _ in range(10):
                direct.execute("SELECT %s::text", ["x"])
            assert direct.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()[0] == 0

    def test_prepares_where_django_does(self, options):
        options(prepare_threshold=0)
        with connect_directly(name="direct") as direct:
            direct.execute("SELECT %s::text", ["x"])
            assert direct.execute("SELECT count(*) FROM pg_prepared_statements").fetchone()[0] > 0


class TestListenUrl:
    @pytest.mark.parametrize(("values", "sql", "said"), list(OPTIONS.values())[:3], ids=list(OPTIONS)[:3])
    def test_leaves_the_options_of_djangos(self, options, settings, values, sql, said):
        settings.HARNESS = settings.HARNESS | {"LISTEN_URL": database_url()}
        options(**values)
        assert asked(sql) == said

    def test_says_where_whatever_django_says(self, options, settings):
        settings.HARNESS = settings.HARNESS | {"LISTEN_URL": database_url()}
        options(hostaddr="203.0.113.1", service="nowhere")
        assert asked("SELECT current_database()::text") == connection.settings_dict["NAME"]

    @pytest.mark.parametrize("url", ["hunter2 nonsense", "postgres://user:hunter2@[", "postgres://x/y?hunter2=1"])
    def test_that_nobody_can_read_is_named_and_not_shown(self, settings, url):
        settings.HARNESS = settings.HARNESS | {"LISTEN_URL": url}
        with pytest.raises(HarnessMisconfigured, match=r'HARNESS\["LISTEN_URL"\] is no URL') as caught:
            asked("SELECT 1")
        assert [each.id for each in check_listen_url()] == ["migration_harness.E023"]
        told = "".join(traceback.format_exception(caught.value))
        assert "hunter2" not in told.replace(f"{url!r}", "")
