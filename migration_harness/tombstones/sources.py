"""Which files are legacy code, and which of their lines can be executed when somebody asks. Code alone."""

import dis
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import PurePosixPath
from types import CodeType
from typing import Final

FOLDER: Final = "legacy"
_TESTS: Final = "tests"
_OF_A_FUNCTION: Final = 0x01
"""CO_OPTIMIZED, as in :mod:`migration_harness.tombstones.monitoring`."""
_DIGEST_CHARACTERS: Final = 16


def is_legacy(file: str) -> bool:
    """Tell of a file below the root whether it is Python in a folder of legacy code, and no test."""
    path = PurePosixPath(file)
    return path.suffix == ".py" and FOLDER in path.parts[:-1] and _TESTS not in path.parts


def version_of(source: bytes) -> str:
    """Return what tells this text of a file from every other: its lines are those of no other one."""
    return sha256(source).hexdigest()[:_DIGEST_CHARACTERS]


@lru_cache(maxsize=256)
def lines_of(source: bytes, *, file: str) -> frozenset[int]:
    """Return the lines of a file's functions that are executed when one is called. Raises SyntaxError, ValueError."""
    return frozenset(_lines(compile(source, file, "exec", dont_inherit=True)))


def _lines(code: CodeType) -> Iterator[int]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _lines(inner)
    if code.co_flags & _OF_A_FUNCTION:
        begun = False
        for each in dis.get_instructions(code):
            line = None if each.positions is None else each.positions.lineno
            if begun and line is not None:
                yield line
            # What comes before makes the frame, and is of the line of the signature.
            begun = begun or each.opname == "RESUME"
