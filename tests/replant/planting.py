"""A mistake, planted: a patch of the service's source, as somebody would commit it.

Note [In place]: to import the service anew for each mistake takes longer than to find it. So functions that a patch
changes get the code of the patched source, and whatever holds them runs it: seams, callers, decorators. ``make soak``
plants the same patches in trees of their own.
"""

import ast
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from inspect import unwrap
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
FAULTS = Path(__file__).with_name("faults")

_Definition = ast.FunctionDef | ast.ClassDef


def message_of(name: str) -> str:
    """Return what its author says of a mistake."""
    return (FAULTS / f"{name}.diff").read_text().partition("\n")[0]


def files_of(name: str) -> list[str]:
    """Return the files that a mistake changes."""
    lines = (FAULTS / f"{name}.diff").read_text().splitlines()
    return [line.removeprefix("+++ b/") for line in lines if line.startswith("+++ b/")]


def apply(name: str, tree: Path, *options: str) -> None:
    """Apply a mistake to the files in a folder. Raises CalledProcessError where it fits them no more: plant it anew."""
    words = ["git", "apply", *options, str(FAULTS / f"{name}.diff")]
    # The folder may be inside a repository, whose files are not meant.
    subprocess.run(words, cwd=tree, check=True, env=os.environ | {"GIT_CEILING_DIRECTORIES": str(tree.parent)})


@contextmanager
def planted(name: str, folder: Path) -> Iterator[None]:
    """Have this process run the service with a mistake; ``folder`` is empty. Note [In place]."""
    with ExitStack() as undo:
        for file in files_of(name):
            copy = folder / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text((ROOT / file).read_text())
        apply(name, folder)
        for file in files_of(name):
            undo.enter_context(_in_place(file, (folder / file).read_text()))
        yield


@contextmanager
def _in_place(file: str, source: str) -> Iterator[None]:
    module = import_module(file.removesuffix(".py").replace("/", "."))
    before, kept = dict(vars(module)), list[tuple[FunctionType, CodeType]]()
    known = {ast.dump(each) for each in ast.parse((ROOT / file).read_text()).body}
    changed = [each for each in ast.parse(source).body if ast.dump(each) not in known]
    for statement in changed:
        for function, code in _changes(module, statement, str(ROOT / file)):
            kept.append((function, function.__code__))
            function.__code__ = code
    try:
        yield
    finally:
        for function, code in kept:
            function.__code__ = code
        vars(module).clear()
        vars(module).update(before)


def _changes(module: ModuleType, statement: ast.stmt, file: str) -> Iterator[tuple[FunctionType, CodeType]]:
    """Return the functions that a statement gives other code; one that is no definition is executed."""
    if not isinstance(statement, _Definition):
        exec(compile(ast.Module(body=[statement], type_ignores=[]), file, "exec"), vars(module))  # noqa: S102  It is ours.
        return
    owner: Any = getattr(module, statement.name)
    if isinstance(statement, ast.FunctionDef):
        yield from _code(owner, statement, module, file)
        return
    for each in statement.body:
        if isinstance(each, ast.FunctionDef):
            yield from _code(getattr(owner, each.name), each, module, file)


def _code(
    there: Any, definition: ast.FunctionDef, module: ModuleType, file: str
) -> Iterator[tuple[FunctionType, CodeType]]:
    bare = ast.FunctionDef(**{**{name: getattr(definition, name) for name in definition._fields}, "decorator_list": []})
    made: dict[str, Any] = {}
    exec(  # noqa: S102  It is ours.
        compile(ast.Module(body=[ast.copy_location(bare, definition)], type_ignores=[]), file, "exec"),
        vars(module),
        made,
    )
    function = unwrap(there)
    assert isinstance(function, FunctionType), (
        f"{definition.name} is no function of Python: a patch cannot change it here"
    )
    yield function, made[definition.name].__code__.replace(co_qualname=function.__code__.co_qualname)
