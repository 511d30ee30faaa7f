"""Does something with a library once a process imports it: at once where it has, never where nobody needs it.

So what watches a library, or names its exceptions, does not import it for a process that goes without.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

Act = Callable[[], object]

_waiting: Final[dict[str, list[Act]]] = {}


def once_imported(name: str, act: Act) -> None:
    """Have ``act`` called when the module is there, on the thread that imports it, before that goes on."""
    if name in sys.modules:
        act()
        return
    _waiting.setdefault(name, []).append(act)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


class _Finder:
    """Finds what the others find, and has those that wait for it called."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _waiting:
            return None
        others = (each.find_spec(fullname, path, target) for each in sys.meta_path if each is not self)
        found = next((spec for spec in others if spec is not None), None)
        if found is not None and found.loader is not None:
            _tell_after(found.loader, fullname)
        return found


def _tell_after(loader: Any, name: str) -> None:
    execute = loader.exec_module

    def executed(module: ModuleType) -> None:
        execute(module)
        for act in _waiting.pop(name, ()):
            act()

    loader.exec_module = executed


_finder: Final = _Finder()
