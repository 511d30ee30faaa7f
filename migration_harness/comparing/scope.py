"""Which differences an explanation covers: a seam, fields and kinds, and kinds of calls."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from migration_harness.comparing.difference import Difference

ANY_WORD: Final = "*"
"""Stands for any word of a group in its place."""

_INDEX: Final = re.compile(r"\[\d+\]")

Field = tuple[str, str]
"""A path and a kind of difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one explanation covers.

    Attributes:
        seam: The one seam.
        fields: The paths that may differ, each with its kind; a difference in any other field is not covered.
        group: The words of the calls, ``*`` for any word in its place; None for any call of the seam.
    """

    seam: str
    fields: frozenset[Field]
    group: tuple[str, ...] | None

    def covers(self, *, fields: Iterable[Field], group: Sequence[str]) -> bool:
        """Tell whether all that differs in a call of this group is covered; what does not differ is not."""
        found = frozenset(fields)
        return bool(found) and found <= self.fields and self._has(group)

    def _has(self, group: Sequence[str]) -> bool:
        if self.group is None:
            return True
        return len(group) == len(self.group) and all(
            wanted in (ANY_WORD, word) for wanted, word in zip(self.group, group, strict=True)
        )


def fields_of(differences: Iterable[Difference]) -> frozenset[Field]:
    """Return the fields of differences as a scope names them."""
    return frozenset((of_every_element(difference.path), difference.kind.value) for difference in differences)


def of_every_element(path: str) -> str:
    """Return a path for all elements of a sequence alike, as a signature has it."""
    return _INDEX.sub("[*]", path)
