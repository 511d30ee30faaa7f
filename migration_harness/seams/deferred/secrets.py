"""What the annotations of a seam's sides say of secrets."""

from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from migration_harness.secret import Secret


def secrets_in(*sides: Callable[..., Any]) -> list[str]:
    """Return the arguments that are or hold a secret by their annotations, and ``result`` where that does."""
    found = {name for side in sides for name, hint in _hints(side).items() if _holds(hint, set())}
    return sorted("result" if name == "return" else f"argument {name}" for name in found)


def _hints(of: Any) -> dict[str, Any]:
    try:
        return get_type_hints(of)
    except Exception:  # noqa: BLE001  A name that is only there for a type checker.
        return dict(getattr(of, "__annotations__", {}))


def _holds(hint: Any, seen: set[Any]) -> bool:
    if isinstance(hint, type) and hint not in seen:
        seen.add(hint)
        if issubclass(hint, Secret) or any(_holds(each, seen) for each in _hints(hint).values()):
            return True
    return any(_holds(each, seen) for each in get_args(hint))
