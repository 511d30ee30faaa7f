"""The triggers that keep what must not change, as the database has them now.

A trigger that was dropped or disabled leaves nothing behind: so they are looked at, by ``harness audit --verify`` and
by ``manage.py check --database``. What each table's triggers must meet is asked, not what they are called.
"""

from collections.abc import Iterator
from typing import Final

from migration_harness.conf import setting
from migration_harness.database import connection

_EVENTS: Final = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
"""The bits of ``pg_trigger.tgtype``."""
_NEVER: Final = ("UPDATE", "DELETE", "TRUNCATE")
_GUARDED: Final = {
    "migration_harness_flag": ("INSERT", *_NEVER),
    "migration_harness_flagmember": ("INSERT", *_NEVER),
    "migration_harness_flag_users": ("INSERT", "UPDATE", "TRUNCATE"),
    "migration_harness_flag_groups": ("INSERT", "UPDATE", "TRUNCATE"),
    "migration_harness_epoch": _NEVER,
    "migration_harness_approval": ("INSERT", *_NEVER),
    "migration_harness_auditevent": ("INSERT", *_NEVER),
    "migration_harness_audithead": ("DELETE", "TRUNCATE"),
    # Before an INSERT a row takes its turn, see sql/turns.sql.
    "migration_harness_comparison": ("INSERT", *_NEVER),
    "migration_harness_run": _NEVER,
    "migration_harness_runevidence": _NEVER,
    "migration_harness_runsample": _NEVER,
    "migration_harness_discrepancynote": _NEVER,
    "migration_harness_keptforecast": _NEVER,
    "migration_harness_forecastsignoff": _NEVER,
    "migration_harness_forecastfigure": _NEVER,
    "migration_harness_revision": _NEVER,
    "migration_harness_rollbackproof": _NEVER,
    "migration_harness_verifiedbackup": _NEVER,
}
"""By table: what meets a trigger."""

_HAS_THEM: Final = """
SELECT EXISTS (SELECT FROM django_migrations WHERE app = 'migration_harness' AND name ~ '^[0-9]+_guards$')
"""
"""The schema of the revision before has not all of them yet."""
_MET: Final = """
SELECT c.oid::regclass::text,
       coalesce(bit_or(t.tgtype::integer) FILTER (WHERE t.tgenabled IN ('O', 'A')), 0),
       coalesce(string_agg(t.tgname, ', ' ORDER BY t.tgname) FILTER (WHERE t.tgenabled NOT IN ('O', 'A')), '')
FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
WHERE c.oid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) name)
   OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('migration_harness_comparison'))
GROUP BY c.oid ORDER BY 1
"""


def lifted() -> Iterator[str]:
    """Return a sentence for each table that is not guarded, and for a session in which triggers keep still."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('session_replication_role')")
        (role,) = cursor.fetchone()
        if role != "origin":
            yield (
                f"session_replication_role is {role}, so triggers keep still: take the setting off the role, the "
                "database and the server's configuration."
            )
        cursor.execute(_HAS_THEM)
        if not cursor.fetchone()[0]:
            return
        needed = _needed()
        cursor.execute(_MET, [list(needed)])
        for table, met, off in cursor.fetchall():
            open_to = [event for event in needed.get(table, _NEVER) if not met & _EVENTS[event]]
            if open_to:
                yield _sentence(table, open_to, off)


def _needed() -> dict[str, tuple[str, ...]]:
    """Return the tables of the harness, and those that the host declares in HARNESS["APPEND_ONLY"]."""
    return dict.fromkeys(setting("APPEND_ONLY", ()), _NEVER) | _GUARDED


def _sentence(table: str, open_to: list[str], off: str) -> str:
    remedy = (
        f"switch it on: ALTER TABLE {table} ENABLE TRIGGER {off};"
        if off
        else "make it again as its migration does, or restore the schema from a backup."
    )
    is_what = f"its trigger {off} is disabled" if off else "it has no trigger"
    return f"{table} is open to {', '.join(open_to)}: {is_what}. Look at what was changed meanwhile, and {remedy}"
