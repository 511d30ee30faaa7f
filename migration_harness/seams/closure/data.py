"""Files that are no code, as the code that reads them names them: a price list that lies beside its module."""

from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath

from migration_harness.seams.closure.modules import Module, Modules

_CODE = frozenset({".py", ".pyc", ".pyi"})


def named_by(module: Module, texts: Collection[str], modules: Modules) -> dict[str, str]:
    """Return the digests of the files that texts of a module name, by their paths.

    Looked for beside the module, in the packages around it, and in packages that a text names.
    """
    found: dict[str, str] = {}
    for folder, path in _places(module, texts, modules):
        for text in texts:
            for file in _files(folder, text, module):
                label = PurePosixPath(path, file.relative_to(folder).as_posix()).as_posix()
                found[label] = sha256(file.read_bytes()).hexdigest()[:16]
    return found


def _places(module: Module, texts: Collection[str], modules: Modules) -> Iterator[tuple[Path, str]]:
    if texts and module.file is not None:
        # Not the folder that the packages lie in, but for a module that is in none.
        inner = PurePosixPath(module.path).parents
        yield from zip(module.file.parents, map(str, inner[:-1] or inner), strict=False)
    for text in texts:
        package = modules.find(text) if text.replace(".", "_").isidentifier() else None
        if package is not None and package.file is not None:
            yield package.file.parent, str(PurePosixPath(package.path).parent)


def _files(folder: Path, text: str, module: Module) -> Iterator[Path]:
    """Yield the files that a text means in a folder: a file, a suffix of the module's own, all of a folder of data."""
    names = [text, f"{PurePosixPath(module.path).stem}{text}"] if text.startswith(".") else [text]
    for name in names:
        inner = PurePosixPath(name)
        if inner.is_absolute() or ".." in inner.parts or str(inner) == ".":
            continue
        try:
            place = folder / name
            if place.is_file():
                yield from [place] if place.suffix not in _CODE else []
            elif place.is_dir() and not (place / "__init__.py").exists():
                yield from (each for each in sorted(place.rglob("*")) if each.is_file() and each.suffix not in _CODE)
        except (OSError, ValueError):  # A text that cannot be a path.
            continue
