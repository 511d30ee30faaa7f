"""``harness migrate``: one kind of schema migrations, run on the real database."""

import json
import sys

import pytest
from django.core.checks import run_checks
from django.db import connection

from migration_harness.models import AuditEvent

APP = "ai"
"""An app without migrations of its own; the test lends it some."""
HEAD = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n"
FIRST = (
    "    operations = [migrations.CreateModel('Parcel', [('id', models.BigAutoField(primary_key=True)), "
    "('note', models.TextField(default='')), ('size', models.IntegerField(null=True))])]\n"
)
ADD = "    operations = [migrations.AddField('parcel', 'color', models.TextField(null=True))]\n"
DROP = "    post = True\n    operations = [migrations.RemoveField('parcel', 'note')]\n"

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def lend(tmp_path, settings, monkeypatch):
    """Give the app these migrations, each of which needs the one before."""
    package = tmp_path / "lent_migrations"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.MIGRATION_MODULES = {APP: "lent_migrations"}

    def lend(**bodies):
        before = None
        for name, body in bodies.items():
            dependencies = [] if before is None else [(APP, before)]
            (package / f"{name[1:]}.py").write_text(f"{HEAD}    dependencies = {dependencies}\n{body}")
            before = name[1:]

    yield lend
    for name in [each for each in sys.modules if each.startswith("lent_migrations")]:
        del sys.modules[name]


def columns():
    with connection.cursor() as cursor:
        if f"{APP}_parcel" not in connection.introspection.table_names(cursor):
            return set()
        return {each.name for each in connection.introspection.get_table_description(cursor, f"{APP}_parcel")}


class TestMigrate:
    def test_runs_what_adds_and_leaves_what_takes_away(self, harness, lend):
        lend(_0001_first=FIRST, _0002_add=ADD, _0003_drop=DROP)
        code, out, _ = harness("migrate", "--pre")
        assert (code, columns()) == (0, {"id", "note", "size", "color"})
        assert "1 of the other kind wait: harness migrate --post" in out

    def test_names_what_it_would_drop_and_asks(self, harness, lend):
        lend(_0001_first=FIRST, _0002_drop=DROP)
        harness("migrate", "--pre")
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO ai_parcel (note) VALUES ('x'), ('y'), ('')")
        code, out, err = harness("migrate", "--post")
        assert (code, "note" in columns()) == (2, True)
        assert "column ai_parcel.note     2" in out
        assert "add --yes. Nothing was run." in err
        assert harness("migrate", "--post", "--no-input", "--reason", "over")[0] == 0
        assert columns() == {"id", "size"}
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.before, event.reason) == (
            "drop from the schema",
            {"column ai_parcel.note": 2},
            "over",
        )

    def test_refuses_what_needs_one_of_the_other_kind(self, harness, lend):
        lend(_0001_first=FIRST, _0002_drop=DROP, _0003_add=ADD)
        code, _, err = harness("migrate", "--pre")
        assert (code, columns()) == (3, set())
        assert "ai.0003_add is a pre migration and needs ai.0002_drop, which is marked post" in err
        assert "harness migrate --post" in err
        code, _, err = harness("migrate", "--post")
        assert (code, "First: python manage.py harness migrate --pre" in err) == (3, True)

    def test_goes_on_where_the_other_kind_was_run(self, harness, lend):
        lend(_0001_first=FIRST, _0002_drop=DROP)
        harness("migrate", "--pre")
        lend(_0001_first=FIRST, _0002_drop=DROP, _0003_add=ADD)
        assert harness("migrate", "--pre")[0] == 3
        assert harness("migrate", "--post", "--yes")[0] == 0
        assert harness("migrate", "--pre")[0] == 0
        assert columns() == {"id", "size", "color"}

    def test_shows_a_plan_and_runs_nothing(self, harness, lend):
        lend(_0001_first=FIRST, _0002_drop=DROP)
        code, out, _ = harness("migrate", "--pre", "--plan", "--json")
        assert (code, columns()) == (0, set())
        told = json.loads(out)
        assert [(each["app"], each["name"]) for each in told["migrations"]] == [(APP, "0001_first")]
        assert (told["applied"], told["others"]) == (False, 1)

    def test_leaves_djangos_own_command_as_it_is(self, lend):
        from django.core.management import call_command

        lend(_0001_first=FIRST, _0002_drop=DROP)
        call_command("migrate", APP, verbosity=0)
        assert columns() == {"id", "size"}

    @pytest.mark.parametrize("options", [(), ("--pre", "--post")], ids=["neither", "both"])
    def test_needs_one_kind(self, harness, options):
        assert harness("migrate", *options)[0] == 2

    def test_with_nothing_to_do_is_done(self, harness):
        code, out, _ = harness("migrate", "--post")
        assert (code, "No post migration waits." in out) == (0, True)


class TestTheCheck:
    def told(self):
        return [
            each.id
            for each in run_checks(databases=["default"])
            if each.id in {"migration_harness.W038", "migration_harness.W039"}
        ]

    def test_is_quiet_here(self):
        assert self.told() == []

    def test_tells_what_is_marked_wrong(self, lend):
        lend(_0001_first=FIRST, _0002_drop=DROP.replace("    post = True\n", ""), _0003_add="    post = True\n" + ADD)
        assert self.told() == ["migration_harness.W038", "migration_harness.W039"]
