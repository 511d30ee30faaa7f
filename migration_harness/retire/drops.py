"""What the database loses when legacy code is removed: whole tables, or columns of one that stays.

The backup copies it first, reads of it are counted, and the removal writes the schema migration that drops it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedTable:
    """A table that goes as a whole, with every row; ``model`` is its Django model, as ``app_label.Model``.

    ``secret`` names those of its fields that nobody may read in a log, a page or a report: keys.
    """

    model: str
    secret: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedColumns:
    """Columns that go from a table that stays; ``model`` as ``app_label.Model``, ``fields`` by their names there.

    ``secret`` names those among them that nobody may read in a log, a page or a report: keys.
    """

    model: str
    fields: tuple[str, ...]
    secret: tuple[str, ...] = ()


Drop = DroppedTable | DroppedColumns
"""What goes from the schema with a phase's legacy code."""
