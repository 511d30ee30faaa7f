"""A schema as it is somewhere: in the database, or as the schema migrations make it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migration_harness.retire.drops import Drop, DroppedTable


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSchema:
    """The columns of some models, as the database or the schema migrations have them.

    Attributes:
        where: What was looked at, in a few words.
        tables: By the models of the plan's drops, ``app_label.Model``: the table's name, and by the names of the fields
            those columns that there are. A model without a table is not in it.
    """

    where: str
    tables: Mapping[str, tuple[str, Mapping[str, str]]]

    def remaining(self, drop: Drop) -> Iterator[str]:
        """Yield table and column of all that there is of a drop."""
        if drop.model not in self.tables:
            return
        table, columns = self.tables[drop.model]
        if isinstance(drop, DroppedTable):
            yield f"table {table}"
            return
        yield from (f"column {table}.{columns[field]}" for field in drop.fields if field in columns)
