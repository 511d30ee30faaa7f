"""What the deletion does to the database, and what the database has."""

from django.db import connection

from migration_harness.backup.scratch import PREFIX

KEY = "sk-legacy-0123456789"
SETTINGS = "system_globalintegrationsettings"
TARIFFS = "billing_creditcostconfig"
DROPPED_COLUMNS = (
    "openai_api_key", "dalle_api_key", "runware_api_key", "anthropic_api_key", "bria_api_key",
    "openai_model", "dalle_model", "runware_model", "default_text_provider", "default_image_service",
)  # fmt: skip


def drop():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP TABLE {TARIFFS} CASCADE")
        cursor.execute(f"ALTER TABLE {SETTINGS} {', '.join(f'DROP COLUMN {name}' for name in DROPPED_COLUMNS)}")


def one_line(out):
    return " ".join(out.split())


def scratches():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        return cursor.fetchall()


def rows(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY id")
        return [row for (row,) in cursor.fetchall()]


def definition(table):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity::text FROM pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT conname, pg_get_constraintdef(oid), convalidated, '' FROM pg_constraint
            WHERE conrelid = %s::regclass AND contype <> 'n'
            UNION ALL
            SELECT relname, pg_get_indexdef(oid), false, '' FROM pg_class
            WHERE oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = %s::regclass)
            ORDER BY 1, 2
            """,
            [table] * 3,
        )
        return cursor.fetchall()
