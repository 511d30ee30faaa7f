"""What SQL may say under guard; pure.

A read-only transaction refuses what writes rows. It lets through what others notice all the same (NOTIFY, locks,
files, other sessions) and what would end or undo it; that is what is refused here, by the text of each statement.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_COMMANDS: Final = frozenset((
    "abort", "alter", "begin", "call", "checkpoint", "commit", "discard", "do", "end", "listen", "load", "lock",
    "notify", "prepare", "reindex", "reset", "rollback", "start", "unlisten", "vacuum",
))  # fmt: skip
_FUNCTION: Final = re.compile(
    r"""\b(
        pg_notify | pg_(?:try_)?advisory_\w+ | pg_(?:terminate|cancel)_backend | pg_reload_conf | pg_rotate_logfile\w*
        | pg_logical_\w+ | pg_switch_wal | pg_wal_replay_\w+ | pg_promote | pg_create_\w+ | pg_drop_\w+
        | pg_replication_\w+ | pg_backup_\w+ | pg_stat_\w*reset\w* | pg_log_\w+ | pg_file_\w+
        | lo_(?!get\b)\w+ | lowrite | dblink\w* | (?:query|cursor|table)_to_xml\w*
    )\s*\(""",
    re.VERBOSE,
)
_UNDOING: Final = re.compile(r"set (?:(?:session|local) )?(?:transaction\b|characteristics\b|\S*read_only\b)")
_SAVEPOINT: Final = re.compile(
    r"(savepoint|release(?: savepoint)?|rollback(?: work| transaction)? to(?: savepoint)?) (\S+)$"
)
_LEXEME: Final = re.compile(
    r"""(?P<comment>--[^\n]*) | (?P<block>/\*)
    | (?<![\w$])e'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*'
    | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
    | (?P<unicode>(?<![\w$])u&") | "(?P<quoted>(?:[^"]|"")*)" """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def statements_of(sql: str) -> list[str]:
    """Return the statements of a text: in lower case, without comments, literals and quotes, words a space apart."""
    plain = "".join(_without_literals(sql)).lower()
    return [" ".join(each.split()) for each in plain.split(";") if each.strip()]


def savepoint_of(statement: str) -> tuple[str, str] | None:
    """Return the verb and the name, where the statement makes, releases or returns to a savepoint."""
    found = _SAVEPOINT.fullmatch(statement)
    return None if found is None else (found[1].split()[0], found[2])


def refused_in(statement: str, *, said: Iterable[object]) -> str | None:
    """Return what is refused in one of ``statements_of``, or None. ``said`` is the whole text, and its values."""
    verb = statement.split(maxsplit=1)[0].strip("(")
    if verb in _COMMANDS:
        return verb
    if (verb == "set" and _UNDOING.match(statement)) or (verb == "copy" and " to stdout" not in statement):
        return verb
    if "set_config" in statement and "read_only" in str(said).lower():
        return "set_config"
    if 'u&"' in statement:
        return 'u&"'
    found = _FUNCTION.search(statement)
    return None if found is None else found[1]


def verb_of(sql: str) -> str:
    """Return the first word, which holds no value."""
    statements = statements_of(sql)
    return statements[0].split(maxsplit=1)[0] if statements else "nothing"


def _without_literals(sql: str) -> Iterator[str]:
    position = 0
    while found := _LEXEME.search(sql, position):
        yield sql[position : found.start()]
        position = found.end()
        if found["block"]:
            position = _end_of_comment(sql, position)
            yield " "
        elif found["comment"]:
            yield " "
        elif found["quoted"] is not None:
            # A quoted name is the name; what is no name inside it would only confuse.
            yield re.sub(r"\W", "_", found["quoted"])
        else:
            yield found.group() if found["unicode"] else " '' "
    yield sql[position:]


def _end_of_comment(sql: str, position: int) -> int:
    """Comments nest."""
    depth = 1
    for each in re.finditer(r"/\*|\*/", sql[position:]):
        depth += 1 if each.group() == "/*" else -1
        if not depth:
            return position + each.end()
    return len(sql)
