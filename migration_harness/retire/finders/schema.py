"""What the database has, and what an empty one would get, of what was declared to be dropped."""

from collections.abc import Iterator
from dataclasses import dataclass

from migration_harness.retire.drops import Drop, DroppedColumns
from migration_harness.retire.lines import Place
from migration_harness.retire.sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A table, or columns, by what the plan says is dropped with legacy code; the schema has to be told."""

    drop: Drop

    def find(self, sources: Sources) -> Iterator[Place]:
        """Yield what there is of it in the database, and what the schema migrations make."""
        if sources.schema is None:
            return
        for kept in sources.schema:
            for name in kept.remaining(self.drop):
                yield Place(path=kept.where, line=0, text=name)

    def unseen(self, sources: Sources) -> Iterator[str]:
        """Yield what could not be looked at."""
        if sources.schema is None:
            fields = self.drop.fields if isinstance(self.drop, DroppedColumns) else ()
            yield f"the schema of {self.drop.model}{f' ({len(fields):,} fields)' if fields else ''}"
