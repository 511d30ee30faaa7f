"""The import closure: every module of the host's own that something runs on, and the libraries that these import."""

import sys
import sysconfig
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from migration_harness.seams.closure import data, libraries
from migration_harness.seams.closure.modules import Module, Modules
from migration_harness.seams.closure.reading import Read, read

HARNESS: Final = __name__.partition(".")[0]
_STANDARD: Final = tuple(path for name in ("stdlib", "platstdlib") if (path := sysconfig.get_path(name)))
_LIBRARIES: Final = tuple(path for name in ("purelib", "platlib") if (path := sysconfig.get_path(name)))

ModelNamed = Callable[[str, str], str | None]
"""Takes the label of a model and the module that names it; returns the module that defines it, None for no model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """What something runs on.

    Attributes:
        files: Digests by path; paths are relative to where packages are looked for, the same on every machine.
        data: Digests of the other files that these read, by path.
        libraries: Versions by distribution.
        settings: The names of Django's settings that are read.
        not_followed: Where it cannot be told what runs, a sentence each; what it may be is all in ``files``.
    """

    files: dict[str, str]
    data: dict[str, str]
    libraries: dict[str, str]
    settings: frozenset[str]
    not_followed: tuple[str, ...]


class Code:
    """The code that this process finds, each module and its data read once however many closures they are part of."""

    def __init__(self, *, stops_at: Collection[str] = (), model_named: ModelNamed | None = None) -> None:
        self.modules = Modules()
        self.stops_at = frozenset(stops_at)
        self._model_named = model_named
        self._read: dict[str, Read] = {}
        self._data: dict[str, dict[str, str]] = {}
        self._hosts: dict[str, bool] = {}
        self._versions: dict[str, dict[str, str]] = {}

    def closure_of(
        self,
        names: Iterable[str],
        *,
        whole: Iterable[str] = (),
        alone: Iterable[str] = (),
        own: Collection[str] = (),
    ) -> Closure:
        """Return the closure of some modules.

        ``whole`` are modules, and packages of which everything counts; ``alone`` modules that count, and not what
        they import. ``own`` are top-level packages that are read even where they are installed, and with them all that
        came in one distribution: its version may be the same for ever.
        """
        tops = frozenset(each for each in own if each and not self._is_standard(each))
        walk = _Walk(code=self, own=tops, own_libraries=frozenset(name for top in tops for name in self.versions(top)))
        for name in names:
            walk.start(name)
        for name in whole:
            walk.take_all(name)
        walk.go()
        for name in alone:
            walk.count_alone(name)
        return walk.closure()

    def read(self, module: Module) -> Read:
        """Return what a module says."""
        key = module.path or module.name
        if key not in self._read:
            self._read[key] = read(module)
        return self._read[key]

    def data_of(self, module: Module) -> dict[str, str]:
        """Return the digests of the files that a module names and that are no code, by their paths."""
        key = module.path or module.name
        if key not in self._data:
            self._data[key] = data.named_by(module, self.read(module).paths, self.modules)
        return self._data[key]

    def model(self, label: str, *, module: str) -> str | None:
        """Return the module that defines a model."""
        return None if self._model_named is None else self._model_named(label, module)

    def is_hosts(self, top: str) -> bool:
        """Tell whether a top-level module is the host's: not Python's own, no library's, not the harness."""
        if top not in self._hosts:
            self._hosts[top] = bool(top) and top != HARNESS and not self._is_standard(top) and not self.versions(top)
        return self._hosts[top]

    def versions(self, top: str) -> dict[str, str]:
        """Return the versions of the libraries that a top-level module is of, by their names; of the host's, none."""
        if top not in self._versions:
            origin = self.modules.origin_of_top(top)
            self._versions[top] = libraries.versions_of(top, folders=origin.folders, is_shared=origin.file is None)
        return self._versions[top]

    def _is_standard(self, top: str) -> bool:
        if top not in sys.stdlib_module_names:
            return False
        file = self.modules.origin_of_top(top).file
        # A module of the host's may have the name of one of Python's.
        return file is None or (file.startswith(_STANDARD) and not file.startswith(_LIBRARIES))


@dataclass(kw_only=True)
class _Walk:
    """One closure being made."""

    code: Code
    own: frozenset[str]
    own_libraries: frozenset[str]
    files: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    settings: set[str] = field(default_factory=set)
    not_followed: dict[str, None] = field(default_factory=dict)
    _tops: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _whole: set[str] = field(default_factory=set)
    _waiting: list[Module] = field(default_factory=list)

    def is_read(self, top: str) -> bool:
        """Tell whether a top-level module counts by its files."""
        if top in self.own or self.code.is_hosts(top):
            return True
        return top != HARNESS and not self.own_libraries.isdisjoint(self.code.versions(top))

    def start(self, name: str) -> None:
        """Take a module that is run: one without a file says nothing of what it runs."""
        self.take(name)
        top = _top_of(name)
        if name and self.is_read(top) and self.code.modules.find(name) is None:
            self.not_followed[f"The module {name} has no file: what is in {top} counts."] = None
            self.take_all(top)

    def take(self, name: str) -> None:
        """Take a dotted name with all the packages around it; what is no module is an attribute of one."""
        parts = name.split(".")
        if not all(parts):
            return
        if not self.is_read(parts[0]):
            self._tops.add(parts[0])
            return
        for count in range(1, len(parts) + 1):
            module = self.code.modules.find(".".join(parts[:count]))
            if module is None:
                return
            self._add(module)

    def go(self) -> None:
        """Follow what was taken to its end."""
        while self._waiting:
            module = self._waiting.pop()
            self.count(module)
            if module.name not in self.code.stops_at:
                self._follow(module, self.code.read(module))

    def count(self, module: Module) -> None:
        """Let a module's own file count."""
        if module.path:
            self.files[module.path] = self.code.read(module).digest

    def count_alone(self, name: str) -> None:
        """Let a module of the host's count, and not what it imports."""
        if self.is_read(_top_of(name)) and (module := self.code.modules.find(name)) is not None:
            self.count(module)

    def take_all(self, package: str) -> None:
        """Let all of a package count."""
        self.take(package)
        if self.is_read(_top_of(package)) and package not in self._whole:
            self._whole.add(package)
            for module in self.code.modules.all_in(package):
                self._add(module)

    def closure(self) -> Closure:
        """Return what was found."""
        versions = [self.code.versions(top) for top in sorted(self._tops) if top not in sys.stdlib_module_names]
        return Closure(
            files=dict(sorted(self.files.items())),
            data=dict(sorted(self.data.items())),
            libraries={name: version for each in versions for name, version in sorted(each.items())},
            settings=frozenset(self.settings),
            not_followed=tuple(sorted(self.not_followed)),
        )

    def _add(self, module: Module) -> None:
        key = module.path or module.name
        if key not in self._seen:
            self._seen.add(key)
            self._waiting.append(module)

    def _follow(self, module: Module, said: Read) -> None:
        for name in sorted(said.imports):
            self.take(name)
        for name in sorted(said.stars):
            self._star(name, module)
        self.settings |= said.settings
        self.data |= self.code.data_of(module)
        for label in sorted(said.models):
            if (found := self.code.model(label, module=module.name)) is not None:
                self.take(found)
            else:
                self._take_all(_top(module), f"{module.path} names the model {label}, which is not known")
        for name, place in sorted(said.handed.items()):
            self._handed(name, place)
        for package, place in sorted(said.whole.items()):
            self._take_all(package, place)
        for place in said.opaque:
            self._take_all(_top(module), place)

    def _star(self, name: str, module: Module) -> None:
        self.take(name)
        target = self.code.modules.find(name) if self.is_read(_top_of(name)) else None
        if target is None or not target.folders:
            return
        exported = self.code.read(target).exported
        if exported is None:
            self._take_all(name, f"{module.path} imports all of {name}, whose __all__ is not written out")
        for each in exported or ():
            self.take(f"{name}.{each}")

    def _handed(self, name: str, place: str) -> None:
        """Let all of a package count that is handed on; anything else is what it is."""
        found = self.code.modules.find(name) if self.is_read(_top_of(name)) else None
        if found is not None and found.folders:
            self._take_all(name, place)

    def _take_all(self, package: str, place: str) -> None:
        """Let a whole package count, because nobody can tell what of it runs."""
        top = _top_of(package)
        if not self.is_read(top):
            self.take(package)
        elif self.code.modules.find(package) is not None:
            self.not_followed[f"{place}: all of {package} counts."] = None
            self.take_all(package)
        elif package != top:
            # A name that begins like that of no package may be anything.
            self._take_all(top, place)


def _top(module: Module) -> str:
    return _top_of(module.name)


def _top_of(name: str) -> str:
    return name.partition(".")[0]
