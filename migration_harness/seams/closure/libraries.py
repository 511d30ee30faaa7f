"""Installed libraries, by the names under which they are imported: they count by their versions."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, distributions
from typing import Final

_COMMIT_DIGITS: Final = 12


def versions_of(top: str, *, folders: tuple[str, ...], is_shared: bool) -> dict[str, str]:
    """Return the versions of the distributions that install a top-level module, by their names; of none, nothing.

    ``folders`` are those that it was found in: its distribution is described beside it. ``is_shared``: it has no file
    of its own, so that several may install a part of it. An editable installation has the version of no file, and is
    none here: its code is read.
    """
    found: dict[str, str] = {}
    for folder in folders:
        for each in _likely_first(top, folder):
            if _installs(each, top) and (version := _version(each)):
                found.setdefault(each.name, version)
                if not is_shared:
                    return found
    return found


def _likely_first(top: str, folder: str) -> Iterator[Distribution]:
    """Yield the distributions of a folder, first those that are called like the module: the others cost some time."""
    for named in dict.fromkeys((top, top.replace("_", "-"))):
        yield from distributions(name=named, path=[folder])
    yield from _all(folder)


@cache
def _all(folder: str) -> tuple[Distribution, ...]:
    return tuple(distributions(path=[folder]))


def _installs(found: Distribution, top: str) -> bool:
    """Tell whether a distribution has a file of a top-level module; read as text, for a parsed list costs a second."""
    if top in (_text(found, "top_level.txt") or "").split():
        return True
    listed = "\n" + (_text(found, "RECORD") or "")
    return f"\n{top}/" in listed or f"\n{top}." in listed


def _version(found: Distribution) -> str:
    """Return the version with the commit where it was installed from one; empty for an editable installation."""
    try:
        origin = json.loads(_text(found, "direct_url.json") or "{}")
    except ValueError:
        origin = {}
    if origin.get("dir_info", {}).get("editable"):
        return ""
    commit = str(origin.get("vcs_info", {}).get("commit_id", ""))[:_COMMIT_DIGITS]
    return f"{found.version} of {commit}" if commit else str(found.version)


def _text(found: Distribution, name: str) -> str | None:
    try:
        return found.read_text(name)
    except Exception:  # noqa: BLE001  A distribution that cannot be read tells nothing.
        return None


def forget() -> None:
    """Look anew at what is installed."""
    _all.cache_clear()
