"""What other roles run on legacy data, where the server keeps statements (``pg_stat_statements``).

Note [By role]: a statement tells its role and no program. So what the service's own role runs is none of these: Django
names every column of a row that it reads. Programs that share its role are not told apart, and nobody can know of them.

Note [Names of a table]: whoever asks a view or a function of the database names neither the table nor its column. So
the views that rest on it and the functions whose text has its name stand for it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from migration_harness.models import LegacyWatch
from migration_harness.printing import printable
from migration_harness.tombstones.tables import LosingTables

SOURCE: Final = "pg_stat_statements"
STATEMENT_CHARACTERS: Final = 300
_MOST: Final = 1_000
"""Statements that are kept in mind from one look to the next."""
_WHERE: Final = """
SELECT quote_ident(n.nspname), pg_has_role('pg_read_all_stats', 'USAGE'),
       coalesce(current_setting('pg_stat_statements.track', true), 'none')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'pg_stat_statements' AND c.relkind IN ('v', 'r')
ORDER BY (n.nspname = 'pg_catalog') LIMIT 1
"""
_INFO: Final = """
SELECT concat_ws(' ', substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), dealloc, extract(epoch FROM stats_reset))
FROM {schema}.pg_stat_statements_info
"""
_RUN: Final = """
SELECT r.rolname::text, s.query, sum(s.calls)::bigint, r.rolname IN (session_user, current_user)
FROM {schema}.pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND lower(s.query) LIKE ANY(%s)
GROUP BY 1, 2, 4
"""
_VIEWS: Final = """
WITH RECURSIVE resting AS (
    SELECT to_regclass(quote_ident(%s))::oid AS oid
    UNION
    SELECT w.ev_class FROM resting r
    JOIN pg_depend d ON d.refobjid = r.oid AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite w ON w.oid = d.objid
)
SELECT c.relname::text FROM resting r JOIN pg_class c ON c.oid = r.oid WHERE c.relkind IN ('v', 'm')
UNION
SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND position(lower(%s) IN lower(p.prosrc)) > 0
"""
_USED: Final = """
INSERT INTO migration_harness_legacystatement AS t
    (hour, "table", role, digest, statement, is_dump, calls, first_at, last_at)
VALUES (date_trunc('hour', %(until)s::timestamptz), %(table)s, %(role)s, %(digest)s, %(statement)s, %(is_dump)s,
        %(calls)s, %(since)s, %(until)s)
ON CONFLICT (hour, "table", role, digest) DO UPDATE SET
    calls = t.calls + excluded.calls, last_at = excluded.last_at
"""
_UPKEEP: Final = ("vacuum", "analyze", "lock", "comment", "grant", "revoke", "alter", "reindex", "cluster", "explain")
"""How statements begin that read nothing for anybody."""
_DEFINING: Final = ("create", "drop")
_COUNTING: Final = re.compile(r"count\(\s*\*\s*\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A statement that a role has run: how often, since the server counts."""

    role: str
    text: str
    calls: int

    @property
    def digest(self) -> str:
        """By which it is known again."""
        return sha256(f"{self.role}\0{self.text}".encode()).hexdigest()[:32]

    @property
    def is_dump(self) -> bool:
        """Whether it copies a table as a whole, as ``pg_dump`` does."""
        text = " ".join(self.text.lower().split()).rstrip("; ")
        return text.startswith("copy ") and not text.startswith("copy (") and text.endswith(" to stdout")


def follow(cursor: Any, watch: LegacyWatch, losing: LosingTables, *, now: datetime) -> None:
    """Add what other roles ran since the last look, or say why nobody knows."""
    schema, missing = _source(cursor)
    if missing:
        give_up(watch, missing)
        return
    cursor.execute(_INFO.format(schema=schema))
    (counted_by,) = cursor.fetchone()
    names = {table: (table, *_stand_for(cursor, table)) for table in losing.names}
    found = list(_ran(cursor, schema, names))
    calls = {ran.digest: ran.calls for ran in found[:_MOST]}
    if watch.source != SOURCE or watch.counted_by != counted_by or len(found) > _MOST:
        watch.broken = (
            "the statements that the server keeps were set back, or some were dropped" if watch.source else ""
        )
        watch.followed_from = now
    else:
        _add(cursor, watch, found, names=names, losing=losing, now=now)
    watch.source, watch.missing, watch.counted_by, watch.calls = SOURCE, "", counted_by, calls


def give_up(watch: LegacyWatch, missing: str) -> None:
    """Note that nobody tells what other roles run, and why."""
    watch.source, watch.missing, watch.followed_from, watch.calls = "", missing, None, {}


def uses(text: str, table: str, names: tuple[str, ...], columns: frozenset[str] | None) -> bool:
    """Tell whether a statement reads of a table what goes from it: any of it, or of one that stays these columns."""
    words = _words(text)
    first = next(iter(words), "")
    if first in _UPKEEP or (first in _DEFINING and "select" not in words):
        return False
    if any(name.lower() in words for name in names if name != table):
        return True
    if table.lower() not in words:
        return False
    return columns is None or "*" in _COUNTING.sub("", text.lower()) or any(each.lower() in words for each in columns)


def _words(text: str) -> dict[str, None]:
    return dict.fromkeys(re.findall(r"\w+", text.lower()))


def _source(cursor: Any) -> tuple[str, str]:
    """Return the schema of the view, or why there is none that tells."""
    cursor.execute(_WHERE)
    found = cursor.fetchone()
    if found is None:
        return "", "pg_stat_statements is not installed in this database"
    schema, may, track = found
    if not may:
        return "", "this role may not see what others run: GRANT pg_read_all_stats TO it"
    if track == "none":
        return "", "pg_stat_statements.track is none"
    return schema, ""


def _stand_for(cursor: Any, table: str) -> Iterator[str]:
    """Yield what stands for a table. See Note [Names of a table]."""
    cursor.execute(_VIEWS, [table, table])
    yield from (name for (name,) in cursor.fetchall())


def _ran(cursor: Any, schema: str, names: Mapping[str, tuple[str, ...]]) -> Iterator[Ran]:
    patterns = sorted({f"%{name.lower()}%".replace("_", r"\_") for each in names.values() for name in each})
    cursor.execute(_RUN.format(schema=schema), [patterns])
    for role, text, calls, is_own in cursor.fetchall():
        ran = Ran(role=role, text=text, calls=calls)
        # A dump may be made by whomever: the counters show it as they show all others.
        if ran.is_dump or not is_own:
            yield ran


def _add(
    cursor: Any,
    watch: LegacyWatch,
    found: list[Ran],
    *,
    names: Mapping[str, tuple[str, ...]],
    losing: LosingTables,
    now: datetime,
) -> None:
    for ran in found:
        before = int(watch.calls.get(ran.digest, 0))
        # Fewer than there were: it was dropped, and has come back.
        new = ran.calls - before if ran.calls >= before else ran.calls
        if not new:
            continue
        for table, stand_for in names.items():
            if uses(ran.text, table, stand_for, losing.columns.get(table)):
                cursor.execute(_USED, _row(ran, table, new, watch.looked_at, now))


def _row(ran: Ran, table: str, calls: int, since: datetime, until: datetime) -> dict[str, Any]:
    text = printable(" ".join(ran.text.split()))
    return {
        "table": table, "role": ran.role, "digest": ran.digest, "is_dump": ran.is_dump, "calls": calls,
        "statement": text if len(text) <= STATEMENT_CHARACTERS else f"{text[: STATEMENT_CHARACTERS - 1]}…",
        "since": since, "until": until,
    }  # fmt: skip
