"""Whether what the host has declared is what the harness asks for: a sentence and a remedy for each that is not."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from django.conf import settings

from migration_harness import conf
from migration_harness.accounts import AccountDirectory, directory
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.plan import Plan, plan

_ASKED_OF_A_DIRECTORY: Final = tuple(name for name in vars(AccountDirectory) if not name.startswith("_"))


class Wrong(NamedTuple):
    """Something that is declared wrongly, and what to do about it."""

    sentence: str
    remedy: str


def wrongly_named() -> Iterator[Wrong]:
    """Yield each name in ``HARNESS`` that nothing reads."""
    for name in getattr(settings, "HARNESS", {}):
        if name not in conf.NAMES:
            near = get_close_matches(str(name).upper(), conf.NAMES, n=1, cutoff=0.5)
            remedy = f"Write {near[0]!r}." if near else f"Its names: {', '.join(sorted(conf.NAMES))}."
            yield Wrong(f"HARNESS has the name {name!r}, which nothing reads.", remedy)


def wrongly_declared() -> Iterator[Wrong]:
    """Yield what is wrong with the plan and the directory of accounts."""
    for name, read, lacks in (("PLAN", plan, _no_plan), ("ACCOUNTS", directory, _no_directory)):
        try:
            found = read()
        except (HarnessMisconfigured, ImportError) as error:
            yield Wrong(str(error), f'Correct HARNESS["{name}"], or leave it out.')
            continue
        if why := lacks(found):
            yield Wrong(f'HARNESS["{name}"] names {_shown(found)}: {why[0]}', why[1])


def _no_plan(found: Any) -> tuple[str, str] | None:
    if isinstance(found, Plan):
        return None
    return "it is no Plan.", "Name the object: harness init writes a file with one, and says its path."


def _no_directory(found: Any) -> tuple[str, str] | None:
    if isinstance(found, type):
        return "it is a class.", f"Make one object of it beside it, accounts = {found.__name__}(), and name that."
    missing = [name for name in _ASKED_OF_A_DIRECTORY if not callable(getattr(found, name, None))]
    if not missing:
        return None
    return f"it has no {' and no '.join(missing)}.", "See AccountDirectory in migration_harness.accounts."


def _shown(found: Any) -> str:
    """Name what was found by its class: its own words may be anything."""
    return f"the class {found.__name__}" if isinstance(found, type) else f"a {type(found).__name__}"
