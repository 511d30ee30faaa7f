"""A backup is tried out in a database that somebody names, where the role may make none."""

from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from migration_harness.backup.scratch import PREFIX
from migration_harness.deciding.direct import connect_directly
from migration_harness.models import VerifiedBackup
from tests.acceptance.conftest import database_url

from .dropping import one_line, scratches

NAME, ROLE, PASSWORD = "scratch_of_tests", "scratch_of_tests", "not-to-be-shown"


def dropped(session):
    session.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    session.execute(f"DROP ROLE IF EXISTS {ROLE}")


@pytest.fixture
def elsewhere(backed_up):
    """A database of another role, which may make schemas there and no database."""
    with connect_directly(name="tests") as session:
        dropped(session)
        session.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}' NOCREATEDB")
        session.execute(f"CREATE DATABASE {NAME} OWNER {ROLE}")
        yield url(user=ROLE, password=PASSWORD)
        dropped(session)


def url(*, user, password):
    host = quote(connection.settings_dict["HOST"] or "localhost", safe="")
    _, _, rest = database_url().rpartition("@")
    return f"postgresql://{user}:{password}@{rest.rpartition('/')[0] or host}/{NAME}"


def schemas():
    with connect_directly(name="tests", dbname=NAME) as session:
        rows = session.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [PREFIX])
        return [name for (name,) in rows]


class TestVerify:
    def test_finds_the_tables_as_they_were_copied_and_leaves_nothing_there(self, backed_up, elsewhere, harness):
        code, out, err = harness("legacy", "verify", str(backed_up), "--scratch-url", elsewhere)
        assert (code, "equal to the tables" in one_line(out), PASSWORD in out + err) == (0, True, False)
        assert (schemas(), scratches(), VerifiedBackup.objects.get().equal) == ([], [], True)

    def test_takes_the_address_from_the_environment(self, backed_up, elsewhere, harness, monkeypatch):
        monkeypatch.setenv("HARNESS_SCRATCH_URL", elsewhere)
        code, out, _ = harness("legacy", "verify", str(backed_up))
        assert (code, "equal to the tables" in one_line(out), scratches()) == (0, True, [])

    def test_names_what_differs_there_too(self, backed_up, elsewhere, harness):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE billing_creditcostconfig SET min_credits = min_credits + 1")
        assert harness("legacy", "verify", str(backed_up), "--scratch-url", elsewhere)[0] == 1
        assert (schemas(), VerifiedBackup.objects.get().equal) == ([], False)

    def test_drops_what_one_that_was_killed_had_left(self, backed_up, elsewhere, harness):
        left = f"{PREFIX}0123456789ab"
        comment = (
            f"Scratch of migration_harness for the database {connection.settings_dict['NAME']}: made by harness legacy "
            "verify, dropped with it."
        )
        with psycopg.connect(elsewhere, autocommit=True) as session:
            session.execute(f"CREATE SCHEMA {left}")
            session.execute(f"COMMENT ON SCHEMA {left} IS '{comment}'")
            session.execute(f"CREATE SCHEMA {PREFIX}of_somebody_else")
        code, out, _ = harness("legacy", "verify", str(backed_up), "--scratch-url", elsewhere)
        assert (code, left in out, schemas()) == (0, True, [f"{PREFIX}of_somebody_else"])

    def test_says_that_the_role_may_make_nothing_there(self, backed_up, elsewhere, harness):
        with connect_directly(name="tests") as session:
            session.execute(f"ALTER DATABASE {NAME} OWNER TO CURRENT_USER")
        code, _, err = harness("legacy", "verify", str(backed_up), "--scratch-url", elsewhere)
        assert (code, "GRANT CREATE ON DATABASE" in one_line(err), VerifiedBackup.objects.count()) == (1, True, 0)

    @pytest.mark.parametrize("wrong", ["nowhere", "postgresql://ada:hidden@127.0.0.1:1/none"])
    def test_shows_no_address_that_leads_nowhere(self, backed_up, harness, wrong):
        code, out, err = harness("legacy", "verify", str(backed_up), "--scratch-url", wrong)
        assert (code, "leads to no database" in one_line(err), "hidden" in out + err) == (1, True, False)
