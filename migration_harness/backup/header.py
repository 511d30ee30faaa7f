"""The first line of a backup's file, and how the file goes on.

Each line is JSON; the first says what it is, and the last seals it:

```text
{"format": "migration-harness-backup", "version": 1, …, "parts": [{…}, …]}
["1", null, {"secret": "gAAAA…"}]      a row of the first part, in the order of its key; values as SQL text
{"rows": 1, "digest": "…"}             the end of a part
{"sha256": "…", "seal": "…"}           of all lines before
```
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from migration_harness.backup.definition import Definition
from migration_harness.backup.parts import Kind, Part

FORMAT: Final = "migration-harness-backup"
VERSION: Final = 1
SECRET: Final = "secret"  # noqa: S105  A word of the format.
SAID: Final = ("id", "made_at", "made_by", "database", "schema", "revision", "key")
"""What the first line says beside format, version and parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHeader:
    """A part as the first line tells of it.

    ``model`` is its Django model, as ``app_label.model``, and ``fields`` that model's fields by their columns: by them
    the schema migration is known that dropped it. Both are empty where Django knows the table by none.
    """

    part: Part
    definition: Definition
    model: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as a file has it."""
        part = self.part
        return {
            "kind": part.kind.value, "table": part.table, "key": part.key, "columns": part.columns,
            "secret": sorted(part.secret), "definition": self.definition.as_json(),
            "model": self.model, "fields": self.fields,
        }  # fmt: skip

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> "PartHeader":
        """Return it as it was written."""
        part = Part(
            kind=Kind(read["kind"]),
            table=read["table"],
            key=tuple(read["key"]),
            columns=tuple(read["columns"]),
            secret=frozenset(read["secret"]),
        )
        return cls(
            part=part, definition=Definition.from_json(read["definition"]), model=read["model"], fields=read["fields"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line.

    Attributes:
        id: Random; two backups of one moment are two.
        made_at: When, in UTC, as ISO has it.
        made_by: Who.
        database: Which database it is of: the server's own number, and the name.
        schema: The schema migrations that it had, by app.
        revision: Of the code that made it; empty where nobody could say.
        key: The name of the key that encrypts and seals it.
        parts: What is in it.
    """

    id: str
    made_at: str
    made_by: str
    database: Mapping[str, str]
    schema: Mapping[str, list[str]]
    revision: str
    key: str
    parts: tuple[PartHeader, ...]

    def line(self) -> bytes:
        """Return it as a file has it."""
        told = {name: getattr(self, name) for name in SAID}
        parts = [each.as_json() for each in self.parts]
        return line_of({"format": FORMAT, "version": VERSION} | told | {"parts": parts})


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEnd:
    """The end of a part: how many rows it has, and their keyed digest."""

    rows: int
    digest: str


def line_of(value: Any) -> bytes:
    """Return a value as a line of the file."""
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
