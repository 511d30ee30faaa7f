"""Up to phase 6 a schema migration adds and takes nothing away, so that the revision before runs on.

Note [Where the rule begins]: those of ``billing`` were laid anew once, before 1.0, so that each phase has a way back:
what phase 1 adds stands on top of the legacy tables now. What they come to together is what the former ones came to
(``test_former_schema.py``). For them the rule begins with the commit that laid them, which is found by the file that it
added: a hash would be another one after a rebase.
"""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

from .conftest import ROOT
from .revision_before import REVISION, git

pytestmark = pytest.mark.legacy  # The removal takes away, after its deploy.

LAID_ANEW = "igny8_core/business/billing/migrations"
LAID = (
    git("log", "-1", "--diff-filter=A", "--format=%H", "--", f"{LAID_ANEW}/0012_models_and_fields.py").decode().strip()
)
"""See Note [Where the rule begins]."""


def files_of(revision, *paths):
    return set(git("ls-tree", "-r", "--name-only", revision, "--", *paths).decode().splitlines())


OTHERS = [path for path in files_of(REVISION) if not path.startswith(LAID_ANEW)]
BEGINNING = dict.fromkeys(OTHERS, REVISION) | dict.fromkeys(files_of(LAID, LAID_ANEW), LAID)
"""Every file of where the rule begins, with the revision of that."""
KNOWN = set(BEGINNING)


def path_of(app_label, name):
    return Path(apps.get_app_config(app_label).path).relative_to(ROOT) / "migrations" / f"{name}.py"


def migrations_of_ours():
    """Return every migration of this repository by its path."""
    ours = {config.label for config in apps.get_app_configs() if Path(config.path).is_relative_to(ROOT / "igny8_core")}
    ours.add("migration_harness")
    loaded = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {path_of(*key).as_posix(): migration for key, migration in loaded.items() if key[0] in ours}


MIGRATIONS = migrations_of_ours()
EMPTIES = "igny8_core/auth/migrations/0003_no_clear_text_tokens.py"
"""What was in one table must end: tokens that anybody who reads it can use. The table stays, and its columns do."""
SINCE = sorted(set(MIGRATIONS) - KNOWN - {EMPTIES})
BEFORE = sorted(set(MIGRATIONS) & KNOWN)
NEW_TABLES = {
    operation.options.get("db_table", f"{MIGRATIONS[path].app_label}_{operation.name.lower()}")
    for path in SINCE
    for operation in MIGRATIONS[path].operations
    if isinstance(operation, migrations.CreateModel)
}
KEEPS_THE_LOG = (
    "CREATE TRIGGER comparison_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON migration_harness_comparison_default "
)
STRICTER = (
    "CREATE OR REPLACE FUNCTION (?:migration_harness_(?:append_only|flag_guard|waffle_list_guard|partition_guard)"
    r"|igny8_(?:price_history|ledger)_is_final)\(\) ",
    r"ALTER TABLE \w+ ENABLE ALWAYS TRIGGER \w+$",
)
"""Triggers that refuse, refuse more: what code of the revision before never does."""
TURNS = (
    "CREATE TRIGGER comparison_takes_turn BEFORE INSERT ON migration_harness_comparison ",
    r"ALTER TABLE migration_harness_comparison ALTER COLUMN xid SET DEFAULT migration_harness_turn\(\)$",
    "CREATE SEQUENCE ",
)
"""The log numbers its rows itself, whoever writes them."""
SAME_ANSWERS = (
    r"CREATE OR REPLACE FUNCTION migration_harness_(?:confirm_charge|prove|take_turn|verdict_fits)\(",
    "ALTER TABLE migration_harness_comparison ADD CONSTRAINT comparison_verdict_fits CHECK ",
    "ALTER TABLE migration_harness_comparison VALIDATE CONSTRAINT comparison_verdict_fits$",
    "ALTER TABLE migration_harness_comparison DROP CONSTRAINT migration_harness_comparison_verdict_check, "
    "DROP CONSTRAINT migration_harness_comparison_check$",
)
"""What is asked of the server in another way and answered as before: the tests of charges hold that."""
WITHIN_PLAN = "CREATE TRIGGER sites_within_plan AFTER INSERT ON igny8_auth_site "
"""A bound that is far above what anybody has; keywords have the same."""
ADDS_ROWS = {"migration_harness.migrations.0019_roles"}
"""What runs there adds permissions and groups, which nobody has before somebody gives them."""
KEEPS_HEAD = "CREATE TRIGGER audit_keeps_head AFTER INSERT ON migration_harness_auditevent "

NOTES_DISCREPANCIES = "CREATE TRIGGER day_rollup_notes_discrepancy AFTER INSERT ON migration_harness_dayrollup "
"""Whoever folds, also the revision before, notes in a table made since what is seen first."""
TOTALS_STRATA = r"CREATE TRIGGER day_rollup_adds_(?:to_)?strata AFTER (?:INSERT|UPDATE) ON migration_harness_dayrollup "
"""And adds to one what it folds."""


def statements_of(sql):
    """Return the statements of a script without comments and the bodies of functions."""
    text = sql if isinstance(sql, str) else ";".join(each if isinstance(each, str) else each[0] for each in sql)
    text = re.sub(r"--[^\n]*", "", text)
    text = re.sub(r"\$(\w*)\$.*?\$\1\$", "body", text, flags=re.DOTALL)
    return [" ".join(each.split()) for each in text.split(";") if each.strip()]


def creates(statement):
    """Tell whether a statement makes a function, a type or a view, or something that belongs to a table made since.

    Plain indexes come and go: they change what an answer costs and not the answer. A view may be replaced: PostgreSQL
    refuses one that lacks a column, or has it under another name, with another type or at another place. The log is
    append-only, and a trigger may say so of its parts.
    """
    if any(
        re.match(each, statement)
        for each in (
            KEEPS_THE_LOG,
            KEEPS_HEAD,
            NOTES_DISCREPANCIES,
            TOTALS_STRATA,
            *STRICTER,
            *TURNS,
            *SAME_ANSWERS,
            WITHIN_PLAN,
        )
    ):
        return True
    if re.match(r"(?i)CREATE OR REPLACE VIEW ", statement):
        return True
    if re.match(r"(?i)CREATE (FUNCTION|VIEW|TYPE|INDEX) ", statement) or re.match(r"(?i)DROP INDEX ", statement):
        return True
    of_a_table = re.match(
        r"(?i)(?:CREATE (?:UNIQUE INDEX|INDEX|TRIGGER|TABLE|POLICY)\b(?:.*? ON)?|ALTER TABLE|INSERT INTO) (\w+)",
        statement,
    )
    return bool(of_a_table) and (of_a_table[1] in NEW_TABLES or statement.upper().startswith("CREATE TABLE"))


def adds(operation, app_label):
    """Tell whether an operation leaves everything that was there as it was."""
    match operation:
        case migrations.CreateModel() | migrations.AddIndex() | migrations.AlterModelOptions():
            return True
        case migrations.RunPython():
            return operation.code.__module__ in ADDS_ROWS
        case migrations.AddField():
            field = operation.field
            return field.null or field.many_to_many or field.db_default is not NOT_PROVIDED
        case migrations.AlterField():
            return _only_its_index_goes(operation, app_label)
        case migrations.AddConstraint():
            return f"{app_label}_{operation.model_name}" in NEW_TABLES
        case migrations.RunSQL():
            return all(creates(statement) for statement in statements_of(operation.sql))
        case migrations.SeparateDatabaseAndState():
            return all(adds(each, app_label) for each in operation.database_operations)
    return False


def _only_its_index_goes(operation, app_label):
    """Tell whether the field is as the model has it, a foreign key without an index of its own."""
    today = apps.get_model(app_label, operation.model_name)._meta.get_field(operation.name)
    altered = operation.field.deconstruct()[3]
    return altered == today.deconstruct()[3] and altered.get("db_index") is False


MOVED = (b"migration_harness.stages", b"migration_harness.deciding.stages")
"""A module that migrations name, and where it is now."""


class TestMigrations:
    def test_of_the_revision_before_are_what_they_were(self):
        before = {path: git("show", f"{BEGINNING[path]}:{path}").replace(*MOVED) for path in BEFORE}
        changed = [path for path in BEFORE if before[path] != (ROOT / path).read_bytes()]
        assert len(BEFORE) > 5
        assert changed == []
        assert {path for path in KNOWN if re.search(r"/migrations/\d", path)} == set(BEFORE)

    @pytest.mark.parametrize("path", SINCE)
    def test_since_then_only_add(self, path):
        migration = MIGRATIONS[path]
        assert [each.describe() for each in migration.operations if not adds(each, migration.app_label)] == []


class TestCheck:
    """What the check itself refuses."""

    @pytest.mark.parametrize(
        "operation",
        [
            migrations.RemoveField("Account", "name"), migrations.DeleteModel("Account"),
            migrations.RenameField("Account", "name", "title"), migrations.RenameModel("Account", "Tenant"),
            migrations.RunSQL("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1; $$; DROP FUNCTION g()"),
            migrations.RunSQL("ALTER TABLE igny8_auth_account DROP COLUMN name"),
            migrations.RunSQL("CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 1 $$"),
            migrations.RunSQL("CREATE TRIGGER t BEFORE INSERT ON igny8_auth_account FOR EACH ROW EXECUTE FUNCTION f()"),
            migrations.RunSQL("CREATE TRIGGER t BEFORE INSERT ON migration_harness_comparison_default CALL f()"),
            migrations.RunSQL("ALTER TABLE migration_harness_flag DISABLE TRIGGER flag_guard"),
            migrations.RunSQL("ALTER TABLE migration_harness_comparison ALTER COLUMN at SET DEFAULT now()"),
            migrations.RunSQL("DROP VIEW migration_harness_evidence"),
            migrations.RunSQL("CREATE UNIQUE INDEX i ON igny8_auth_account (name)"),
            migrations.RunPython(migrations.RunPython.noop),
        ],
        ids=lambda operation: operation.describe()[:60],
    )  # fmt: skip
    def test_refuses(self, operation):
        assert not adds(operation, "igny8_auth")

    def test_lets_a_view_be_replaced(self):
        assert adds(migrations.RunSQL("CREATE OR REPLACE VIEW migration_harness_evidence AS SELECT 1"), "igny8_auth")

    def test_knows_new_tables(self):
        assert "planner_keyword" in NEW_TABLES
        assert "igny8_auth_account" not in NEW_TABLES
