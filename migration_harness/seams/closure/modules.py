"""Where the code of a module is: found as an import would find it, and not imported."""

import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, PathFinder
from pathlib import Path
from typing import Any, Final

_COMPILED: Final = (".pyc", *EXTENSION_SUFFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module as it lies on this machine.

    Attributes:
        name: Dotted.
        path: Its file relative to where packages are looked for, the same on every machine; empty for a package
            without a file of its own.
        content: Of that file.
        folders: Where its submodules are; empty for a module that is no package.
        is_source: Whether ``content`` is Python; else it is what a compiler made of it, and tells no imports.
        file: The file on this machine, None where there is none, or where it is in an archive.
    """

    name: str
    path: str
    content: bytes = b""
    folders: tuple[str, ...] = ()
    is_source: bool = True
    file: Path | None = None

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.folders else self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a top-level module comes from: its file, None where it has none, and the folders that it was found in."""

    file: str | None
    folders: tuple[str, ...]


class Modules:
    """Finds modules by their dotted names, each once."""

    def __init__(self) -> None:
        self._found: dict[str, Module | None] = {}

    def find(self, name: str) -> Module | None:
        """Return a module, None where there is none that has a file or a folder."""
        if name not in self._found:
            self._found[name] = self._look_for(name)
        return self._found[name]

    def origin_of_top(self, name: str) -> Origin:
        """Return where a top-level module comes from."""
        spec = _spec(name, None)
        if spec is None:
            return Origin(file=None, folders=())
        file = spec.origin if spec.has_location else None
        inner = list(spec.submodule_search_locations or ()) or ([file] if file else [])
        return Origin(file=file, folders=tuple(str(Path(each).parent) for each in inner))

    def all_in(self, name: str) -> Iterator[Module]:
        """Yield every module of a package with the files that no import would find, in one order everywhere."""
        package = self.find(name)
        if package is None:
            return
        found: dict[str, Module] = {}
        for folder in package.folders:
            for inner, content, file in _files(folder):
                module = _module_of(package.name, inner, content, file)
                found.setdefault(module.path, module)
        if package.path:
            found.setdefault(package.path, package)
        yield from (found[path] for path in sorted(found))

    def _look_for(self, name: str) -> Module | None:
        parent, _, last = name.rpartition(".")
        where: tuple[str, ...] | None = None
        if parent:
            around = self.find(parent)
            if around is None or not around.folders:
                return None
            where = around.folders
        if not last.isidentifier():
            return None
        spec = _spec(name, where)
        if spec is not None:
            return _of_spec(name, spec)
        # Of a package without a file the finders cannot tell before the one around it is imported.
        parts = tuple(folder for each in where or () if (Path(folder := f"{each}/{last}")).is_dir())
        return Module(name=name, path="", folders=parts) if parts else _of_loaded(name)


def _spec(name: str, folders: tuple[str, ...] | None) -> ModuleSpec | None:
    """Ask the finders of this process as an import does; first the usual one, for the others may be a test runner's."""
    path = None if folders is None else list(folders)
    others: list[Any] = [finder for finder in sys.meta_path if finder is not PathFinder]
    for finder in (PathFinder, *others):
        try:
            spec: ModuleSpec | None = finder.find_spec(name, path)
        except Exception:  # noqa: BLE001  A finder of the host's that cannot say finds nothing.
            spec = None
        if spec is not None:
            return spec
    return None


def _of_spec(name: str, spec: ModuleSpec) -> Module | None:
    folders = tuple(spec.submodule_search_locations or ())
    if spec.origin is None or not spec.has_location:
        return Module(name=name, path="", folders=folders) if folders else None
    file = Path(spec.origin)
    try:
        content = file.read_bytes()
    except OSError:
        # In an archive, which its loader reads.
        content = _content_by(spec)
        file = None  # type: ignore[assignment]
    stem = name.replace(".", "/") + ("/__init__" if folders else "")
    suffix = next((each for each in _COMPILED if spec.origin.endswith(each)), ".py")
    return Module(
        name=name,
        path=stem + suffix,
        content=content,
        folders=folders,
        is_source=suffix == ".py",
        file=file,
    )


def _content_by(spec: ModuleSpec) -> bytes:
    try:
        content: bytes = spec.loader.get_data(spec.origin)  # type: ignore[union-attr]
    except (OSError, AttributeError, ImportError):
        return b""
    return content


def _of_loaded(name: str) -> Module | None:
    """Return a module that no finder finds and that is there all the same, as the one that was started."""
    origin = getattr(sys.modules.get(name), "__file__", None)
    if not isinstance(origin, str) or not origin.endswith(".py") or not Path(origin).is_file():
        return None
    return Module(name=name, path=f"{name}.py", content=Path(origin).read_bytes(), file=Path(origin))


def _files(folder: str) -> Iterator[tuple[str, bytes, Path | None]]:
    """Yield the files of code in a folder, or in one of an archive: path in it, content, and where it is."""
    place = Path(folder)
    if place.is_dir():
        for file in place.rglob("*"):
            inner = file.relative_to(place).as_posix()
            if _is_code(inner) and file.is_file():
                yield inner, file.read_bytes(), file
        return
    archive = next((each for each in place.parents if each.is_file()), None)
    if archive is not None and zipfile.is_zipfile(archive):
        prefix = place.relative_to(archive).as_posix() + "/"
        with zipfile.ZipFile(archive) as opened:
            for each in opened.namelist():
                if each.startswith(prefix) and _is_code(inner := each.removeprefix(prefix)):
                    yield inner, opened.read(each), None


def _is_code(path: str) -> bool:
    return path.endswith((".py", *_COMPILED)) and "__pycache__" not in path.split("/")


def _module_of(package: str, inner: str, content: bytes, file: Path | None) -> Module:
    """Return a file of a package as the module that an import would make of it."""
    folder, _, last = inner.rpartition("/")
    stem = last.partition(".")[0]
    is_package = stem == "__init__"
    name = ".".join([package, *(folder.split("/") if folder else []), *([] if is_package else [stem])])
    folders = (str(file.parent),) if is_package and file is not None else ("",) if is_package else ()
    path = f"{package.replace('.', '/')}/{inner}"
    return Module(name=name, path=path, content=content, folders=folders, is_source=inner.endswith(".py"), file=file)
