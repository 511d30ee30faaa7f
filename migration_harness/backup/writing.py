"""Writes a backup's file, line by line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, Any

from migration_harness.backup.header import SECRET, Header, PartEnd, line_of
from migration_harness.backup.keys import BackupKey
from migration_harness.backup.parts import Part
from migration_harness.backup.rows import Row


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes a backup into an open file, line by line."""

    out: IO[bytes]
    key: BackupKey
    _plain: Any = field(default_factory=sha256)

    def header(self, header: Header) -> None:
        """Write the first line."""
        self._write(header.line())

    def part(self, part: Part, rows: Iterator[Row]) -> PartEnd:
        """Write the rows of a part and its end."""
        digest = self.key.digest()
        hidden = [name in part.secret for name in part.columns]
        for row in rows:
            digest.add(row)
            kept = [self._kept(value, is_secret) for value, is_secret in zip(row, hidden, strict=True)]
            self._write(line_of(kept))
        end = PartEnd(rows=digest.rows, digest=digest.value)
        self._write(line_of({"rows": end.rows, "digest": end.digest}))
        return end

    def seal(self) -> str:
        """Write the last line; returns the digest of the whole file."""
        digest = str(self._plain.hexdigest())
        self._write(line_of({"sha256": digest, "seal": self.key.seal(digest)}))
        return str(self._plain.hexdigest())

    def _kept(self, value: str | None, is_secret: bool) -> Any:  # noqa: FBT001
        return {SECRET: self.key.encrypt(value)} if is_secret and value is not None else value

    def _write(self, line: bytes) -> None:
        self._plain.update(line)
        self.out.write(line)
