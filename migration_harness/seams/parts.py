"""What a revision is made of: a digest for each thing that a candidate runs on and is judged by.

Note [What counts]: of the host's code every module that candidate, explanations and ``clean`` import, also inside
functions, and where it cannot be told what they run, the whole package; the module that declares the seam, alone. Of
libraries the version. Beside code: files that such a module names, settings that it reads, and what the seam names in
``runs_on``. Not the control: what a candidate proves is its own. Rows of tables do not count either.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.views.debug import SafeExceptionReporterFilter

from migration_harness.comparing.comparator import Criteria
from migration_harness.comparing.explanations import Explanation, Oracle
from migration_harness.comparing.judging import Judging
from migration_harness.conf import setting
from migration_harness.seams.closure import libraries
from migration_harness.seams.closure.made_of import MadeOf, made_of
from migration_harness.seams.closure.walking import HARNESS, Closure, Code

Parts = dict[str, str]
"""By kind and name, separated by the first space: ``file shop/rates.py``, ``library httpx``; a digest or a version."""

_PLAIN: Final = (bool, int, float, str, bytes, type(None))
_NOT_THERE: Final = "not there"


class Compared(Protocol):
    """What has a revision: a seam that compares."""

    name: str
    revision: str
    criteria: Criteria
    judging: Judging
    measure: str | None
    money: bool
    pure: bool
    deferred: bool
    declared_in: tuple[str, ...]
    runs_on: tuple[Any, ...]
    declared_subject: Callable[..., Any]
    declared_group_by: Callable[..., Any]
    declared_account_plan: Callable[..., Any] | None
    declared_run_if: Callable[..., Any] | None

    @property
    def candidate(self) -> Callable[..., Any]:
        """The new implementation."""


def parts_of(seam: Compared, run_time_parts: Mapping[str, str]) -> Parts:
    """Return the parts of a seam's revision as it is now."""
    code = _known_code(seam)[0]
    explained: dict[str, str] = {}
    for each in seam.criteria.explanations:
        # One that people stored is called so already.
        key = f"explanation {each.name.removeprefix('explanation ')}"
        explained[key] = "; ".join(filter(None, [explained.get(key, ""), _explanation_text(each)]))
    return code | explained | dict(run_time_parts)


def not_followed(seam: Compared) -> tuple[str, ...]:
    """Return where it cannot be told what the candidate runs, a sentence each."""
    return _known_code(seam)[1]


def missing(seam: Compared) -> list[str]:
    """Return what a seam names in ``runs_on`` and nobody finds."""
    files = [str(each) for each in seam.runs_on if isinstance(each, Path) and not each.exists()]
    return files + [each for each in seam.runs_on if isinstance(each, str) and _own_code().modules.find(each) is None]


def forget() -> None:
    """Read everything anew, as a new process does."""
    global _code  # noqa: PLW0603  One per process.
    _code = None
    _known.clear()
    libraries.forget()


_code: Code | None = None
_known: "WeakKeyDictionary[Any, tuple[Parts, tuple[str, ...]]]" = WeakKeyDictionary()


def _known_code(seam: Compared) -> tuple[Parts, tuple[str, ...]]:
    if (known := _known.get(seam)) is None:
        known = _known[seam] = _made(seam)
    return known


def _made(seam: Compared) -> tuple[Parts, tuple[str, ...]]:
    made = made_of(seam.candidate)
    closure = _closure(seam, made)
    parts = {
        f"python {sys.version_info.major}": f"{sys.version_info.major}.{sys.version_info.minor}",
        "declaration": _digest(_declared(seam, made)),
        **{f"file {path}": digest for path, digest in closure.files.items()},
        **{f"data {path}": digest for path, digest in closure.data.items()},
        **{f"library {name}": version for name, version in closure.libraries.items()},
        **{f"setting {name}": digest for name, digest in _settings(closure)},
        **dict(_declared_data(seam)),
    }
    return dict(sorted(parts.items())), closure.not_followed


def _closure(seam: Compared, made: MadeOf) -> Closure:
    named = [each for each in seam.runs_on if isinstance(each, str)]
    judging = {name for each in _judging(seam) for name in _modules_of(each, seam.declared_in)}
    asked = (seam.declared_subject, seam.declared_group_by, seam.declared_account_plan, seam.declared_run_if)
    alone = {name for each in asked if each is not None for name in made_of(each).modules}
    return _own_code().closure_of(
        sorted(made.modules | judging),
        whole=named,
        alone=sorted(alone.union(seam.declared_in)),
        own={_top(name) for name in (_own_module(seam.candidate), *named)},
    )


def _own_code() -> Code:
    global _code  # noqa: PLW0603  One per process.
    if _code is None:
        _code = Code(stops_at=setting("REVISION_STOPS_AT", {}), model_named=_model_named)
    return _code


def _judging(seam: Compared) -> Iterator[Callable[..., Any]]:
    """Yield the functions by which the host judges the candidate."""
    for each in seam.criteria.explanations:
        yield from (each.answer, each.recorded_legacy) if isinstance(each, Oracle) else (each.covers,)
    if seam.judging.clean is not None:
        yield seam.judging.clean


def _modules_of(function: Callable[..., Any], declared_in: tuple[str, ...]) -> set[str]:
    """Return the modules of a function; of one beside its seam, which imports the control too, those that it names."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[Any] = [function]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, FunctionType) and each.__module__ in declared_in:
            waiting.extend(_named_by(each.__code__, each.__globals__))
        else:
            found |= made_of(each).modules
    return found - {""}


def _named_by(code: CodeType, names: Mapping[str, Any]) -> Iterator[Any]:
    for name in code.co_names:
        yield names.get(name, sys.modules.get(name))
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named_by(inner, names)


def _own_module(candidate: Any) -> str:
    """Return the module that a candidate is of."""
    while isinstance(candidate, partial):
        candidate = candidate.func
    candidate = getattr(candidate, "__func__", candidate)
    return str(getattr(candidate, "__module__", None) or type(candidate).__module__)


def _declared(seam: Compared, made: MadeOf) -> list[str]:
    """Return what the seam says of itself: what its comparisons mean, and what the candidate was given."""
    return [
        *made.said,
        repr(sorted(f"{each.__module__}.{each.__qualname__}" for each in seam.criteria.errors)),
        repr(
            (seam.measure, seam.money, seam.pure, seam.judging.budget_ns, getattr(seam.judging.noise, "share_bps", 0))
        ),
        repr(seam.criteria.allowances),
        # Said only where it is so: other seams go on with the evidence that they have.
        *(["deferred"] if seam.deferred else []),
    ]


def _declared_data(seam: Compared) -> Iterator[tuple[str, str]]:
    """Yield what a seam names beside code: files with their content, models with their fields."""
    for each in seam.runs_on:
        if isinstance(each, Path):
            yield f"data {_label(each, seam)}", _content_of(each)
        elif isinstance(each, type) and issubclass(each, Model):
            yield f"model {each._meta.label}", _digest([_field_text(field) for field in each._meta.concrete_fields])  # noqa: SLF001


def _label(path: Path, seam: Compared) -> str:
    """Return the path below the packages' folder, the same on every machine; else the name alone."""
    top = sys.modules.get(_top(seam.declared_in[0])) if seam.declared_in else None
    for folder in getattr(top, "__path__", ()):
        if path.is_relative_to(around := Path(folder).parent):
            return path.relative_to(around).as_posix()
    return path.name


def _content_of(path: Path) -> str:
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    try:
        return _digest([f"{each.relative_to(path).as_posix()} {_digest_of(each)}" for each in files])
    except OSError:
        return _NOT_THERE


def _digest_of(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _field_text(field: Any) -> str:
    limits = [getattr(field, name, None) for name in ("max_length", "max_digits", "decimal_places")]
    return f"{field.name} {field.column} {field.get_internal_type()} {limits} {field.null} {field.unique}"


def _settings(closure: Closure) -> Iterator[tuple[str, str]]:
    """Yield the settings that are read; never one that may hold a secret, nor what is a path of this machine."""
    for name in sorted(closure.settings):
        value = SafeExceptionReporterFilter().cleanse_setting(name, getattr(settings, name, _NOT_THERE))
        if _is_plain(value):
            yield name, _digest([repr(value)])


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(each) for each in value)
    if isinstance(value, dict):
        return all(_is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, str) and ("://" in value or Path(value).is_absolute()):
        return False
    return isinstance(value, _PLAIN) or (type(value).__module__ == "decimal")


def _model_named(label: str, module: str) -> str | None:
    """Return the module that defines the model of a label; one without an app is of the app of the module."""
    if label == "self":
        return module
    full = settings.AUTH_USER_MODEL if label == "AUTH_USER_MODEL" else label
    if "." not in full:
        config = apps.get_containing_app_config(module)
        full = "" if config is None else f"{config.label}.{full}"
    try:
        return apps.get_model(full).__module__
    except (LookupError, ValueError):
        return None


def _explanation_text(explanation: Explanation) -> str:
    return f"{type(explanation).__name__} {explanation.version!r} until {explanation.expires}"


def _top(name: str) -> str:
    top = name.partition(".")[0]
    return "" if top == HARNESS else top


def _digest(texts: list[str]) -> str:
    return sha256("\x1f".join(texts).encode("utf-8", "backslashreplace")).hexdigest()[:16]
