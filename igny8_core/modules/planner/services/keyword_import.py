"""Keywords from a file into a site."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final

from django.db import connection
from django.utils import timezone

from igny8_core.auth.models import Account, Site
from igny8_core.auth.room import within_plan
from igny8_core.modules.planner.models import Keyword
from igny8_core.modules.planner.services.keyword_files import KeywordRow, MalformedLine, read_keywords

BATCH_ROWS: Final = 2_000
MOST_MALFORMED_SHOWN: Final = 100

# One statement a batch: what another one has inserted meanwhile, or the batch has twice, is no error, and the count
# of the inserted rows is the database's own.
_INSERT: Final = f"""
    INSERT INTO {Keyword._meta.db_table} (account_id, site_id, keyword, volume, difficulty, created_at)
    SELECT %s, %s, keyword, volume, difficulty, %s
      FROM unnest(%s::text[], %s::integer[], %s::smallint[]) AS given (keyword, volume, difficulty)
    ON CONFLICT (site_id, keyword) DO NOTHING
"""  # noqa: S608, SLF001  The table's name is ours.


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordImport:
    """What came of a file. ``malformed`` are the first of the lines that were skipped, ``malformed_count`` all."""

    created: int
    duplicates: int
    malformed: tuple[MalformedLine, ...]
    malformed_count: int


def import_keywords(*, account: Account, site: Site, file: IO[bytes]) -> KeywordImport:
    """Add the keywords of a CSV file to a site of the account; those that the site has stay as they are.

    Each batch is kept as soon as it is read: the same file a second time adds what is missing, and nothing twice.
    Raises FileRefused where the file has no column of keywords, and PlanIsFull at the first batch for which the
    account's plan has no room.
    """
    if site.account_id != account.pk:
        raise ValueError(f"The site {site.pk} is not one of the account {account.pk}.")
    created = read = malformed_count = 0
    malformed: list[MalformedLine] = []
    lines = iter(read_keywords(file))
    while batch := list(islice(lines, BATCH_ROWS)):
        rows = [each for each in batch if isinstance(each, KeywordRow)]
        wrong = [each for each in batch if isinstance(each, MalformedLine)]
        created += _insert(rows, account=account, site=site)
        read += len(rows)
        malformed_count += len(wrong)
        malformed += wrong[: MOST_MALFORMED_SHOWN - len(malformed)]
    return KeywordImport(
        created=created, duplicates=read - created, malformed=tuple(malformed), malformed_count=malformed_count
    )


def _insert(rows: Sequence[KeywordRow], *, account: Account, site: Site) -> int:
    if not rows:
        return 0
    columns: Iterable[list[object]] = (
        [row.keyword for row in rows],
        [row.volume for row in rows],
        [row.difficulty for row in rows],
    )
    with within_plan(), connection.cursor() as cursor:
        cursor.execute(_INSERT, [account.pk, site.pk, timezone.now(), *columns])
        return int(cursor.rowcount)
