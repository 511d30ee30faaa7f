"""The text of a test file. Everything that was recorded is written as a Python literal."""

import re
import sys
from collections.abc import Iterable, Mapping
from pprint import pformat
from typing import Any, Final

from migration_harness.exceptions import NotExportable
from migration_harness.printing import printable
from migration_harness.queries import Discrepancy
from migration_harness.reviewing.recorded import is_cleaned
from migration_harness.reviewing.regression.expecting import Expectation
from migration_harness.reviewing.regression.rebuilt import Import, Rebuilt, import_of, is_a_name
from migration_harness.seams.reconstruction import reconstruction_of
from migration_harness.seams.seam import Seam

_API: Final = "migration_harness.api"
_WIDTH: Final = 110


def written(
    *,
    seam: Seam[Any, Any],
    found: Discrepancy,
    call: Mapping[str, Rebuilt],
    expected: Expectation,
    minimised: bool,
    reproduced: bool,
) -> str:
    """Return the file: a header, the imports, one test."""
    imported = _place_of(seam)
    prepare = reconstruction_of(seam.name).prepare
    needed = {imported}.union(*(each.imports for each in call.values()))
    body, used = _assertions(seam, imported[1], call, expected)
    needed |= used
    first: list[str] = []
    if prepare is not None:
        prepared, name = import_of(prepare)
        needed.add(prepared)
        first = [f"    {name}()"]
    mark = [] if seam.pure and prepare is None else ["@pytest.mark.django_db"]
    needs_pytest = bool(mark) or expected.raises is not None
    return "\n".join(
        [
            *_header(found, seam, expected, minimised=minimised, reproduced=reproduced),
            *(["import pytest", ""] if needs_pytest else []),
            *_imports(needed),
            "",
            "",
            *mark,
            f"def test_{re.sub(r'[^0-9A-Za-z]+', '_', seam.name)}_{found.signature}():",
            *first,
            *body,
            "",
        ]
    )


def _header(
    found: Discrepancy, seam: Seam[Any, Any], expected: Expectation, *, minimised: bool, reproduced: bool
) -> list[str]:
    return [
        f'"""Discrepancy {found.signature}: fails while the candidate is wrong, passes once it is right."""',
        "",
        f"# Seam {printable(seam.name)}, group {found.group!a}, {found.verdict} in {found.unexpected!a}.",
        *([f"# {len(found.meant):,} more differ as a rule expects: {found.meant!a}."] if found.meant else []),
        *([f"# Raised: {printable(found.raised)}"] if found.raised else []),
        f"# Expected by {expected.source!a}.",
        f"# {_how_small(seam, minimised=minimised, reproduced=reproduced)}",
        "",
    ]


def _how_small(seam: Seam[Any, Any], *, minimised: bool, reproduced: bool) -> str:
    if not reproduced:
        return "The call as it was recorded: the process that exported it did not differ any more, or not by its code."
    if minimised:
        return "The smallest call found that differs in this way."
    if not seam.pure:
        return "The call as it was recorded: the seam is not declared pure, so it was not made smaller."
    return "No smaller call differs in this way."


def _assertions(
    seam: Seam[Any, Any], name: str, call: Mapping[str, Rebuilt], expected: Expectation
) -> tuple[list[str], set[Import]]:
    if expected.raises is not None:
        lines = [
            "    with pytest.raises(Exception) as raised:  # noqa: B017, PT011  The class is asserted by its name.",
            *_call(f"        {name}.candidate(", call),
            f"    assert type(raised.value).__qualname__ == {expected.raises!r}",
        ]
        if expected.says is None:
            return lines, set()
        (said,) = expected.says
        return [*lines, f"    assert error_as_recorded(raised.value) == {_literal(said)}"], {
            (_API, "error_as_recorded")
        }
    lines = _call(f"    answer = {name}.candidate(", call)
    if expected.answer is None:
        fields = expected.fields or {}
        lines += [f"    assert recorded_at({name}, answer, {p!r}) == {_literal(v)}" for p, v in fields.items()]
        return lines, {(_API, "recorded_at")}
    (answer,) = expected.answer
    if isinstance(answer, bool | int) and not is_cleaned(seam):
        return [*lines, f"    assert answer == {answer!r}"], set()
    return [*lines, f"    assert as_recorded({name}, answer) == {_literal(answer)}"], {(_API, "as_recorded")}


def _call(opening: str, call: Mapping[str, Rebuilt]) -> list[str]:
    indent = " " * (len(opening) - len(opening.lstrip()))
    arguments = [f"{indent}    {name}={each.source}," for name, each in call.items()]
    return [opening, *arguments, f"{indent})"] if arguments else [f"{opening})"]


def _literal(value: Any) -> str:
    return pformat(value, width=_WIDTH, sort_dicts=False).replace("\n", "\n    ")


def _imports(needed: Iterable[Import]) -> list[str]:
    by_name: dict[str, str] = {}
    by_module: dict[str, list[str]] = {}
    for module, name in sorted(needed):
        if by_name.setdefault(name, module) != module:
            raise NotExportable(f"Both {by_name[name]} and {module} have a {name}: rename one of them.")
        if module != "builtins":
            by_module.setdefault(module, []).append(name)
    return [f"from {module} import {', '.join(names)}" for module, names in by_module.items()]


def _place_of(seam: Seam[Any, Any]) -> Import:
    """Return the module and the name under which a seam is found, its own ``seams`` module first."""
    found = [
        (module, name)
        for module, loaded in list(sys.modules.items())
        for name, value in list(getattr(loaded, "__dict__", {}).items())
        if value is seam and is_a_name(name)
    ]
    if not found:
        raise NotExportable(f"The seam {seam.name} is no name of any module: assign it where it is made.")
    return min(found, key=lambda place: (not place[0].endswith("seams"), place))
