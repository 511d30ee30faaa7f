"""What has changed between two revisions, in words."""

from collections.abc import Mapping
from typing import Final

_CHANGED: Final = {
    "file": "{name} changed",
    "data": "{name} changed",
    "model": "the fields of {name} changed",
    "explanation": "explanation {name} changed",
    "declaration": "what the seam says of itself changed",
    "rule": "the rules in force changed",
    "setting": "the setting {name} changed",
    "library": "{name} {before} → {after}",
    "python": "Python {before} → {after}",
}
"""By the kind of a part, in the order in which changes are told."""
_KINDS: Final = list(_CHANGED)
_CAME: Final = {
    "library": "{name} {after} counts now",
    "rule": _CHANGED["rule"],
}
_WENT: Final = {
    "library": "{name} {before} counts no longer",
    "rule": _CHANGED["rule"],
}


def changes_between(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is different in the parts of the second revision, a phrase each; the most telling first."""
    names = before.keys() | after.keys()
    changed = [name for name in names if before.get(name) != after.get(name)]
    # What was there before comes first: what it imports now for the first time is told by the file that imports it.
    changed.sort(key=lambda name: (_KINDS.index(_kind(name)), name not in before or name not in after, name))
    return tuple(_phrase(name, before.get(name), after.get(name)) for name in changed)


def told_shortly(changes: tuple[str, ...]) -> str:
    """Return the first change and how many more there are."""
    more = f" (and {len(changes) - 1} more)" if len(changes) > 1 else ""
    return f"{changes[0]}{more}" if changes else ""


def _phrase(name: str, before: str | None, after: str | None) -> str:
    kind, rest = _kind(name), name.partition(" ")[2]
    if before is None:
        told = _CAME.get(kind, "{name} counts now")
    elif after is None:
        told = _WENT.get(kind, "{name} counts no longer")
    else:
        told = _CHANGED.get(kind, "{name} changed")
    if kind in {"explanation", "model", "setting"} and (before is None or after is None):
        rest = name
    return told.format(name=rest or name, before=before, after=after)


def _kind(name: str) -> str:
    """Return the kind of a part; one that only another revision of this code knows is told as a file is."""
    kind = name.partition(" ")[0]
    return kind if kind in _CHANGED else "file"
