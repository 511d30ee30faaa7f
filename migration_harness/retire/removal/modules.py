"""Paths and the dotted names of the modules that they hold."""

from pathlib import PurePosixPath


def module_of(path: str) -> str:
    """Return the dotted name of a Python file; a package's is that of its folder."""
    parts = PurePosixPath(path).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_test(path: str) -> bool:
    """Tell whether a file is for tests alone: by its folder or its name."""
    *folders, name = PurePosixPath(path).parts
    return "tests" in folders or name.startswith("test_") or name == "conftest.py"


def absolute(module: str | None, *, level: int, path: str) -> str:
    """Return the absolute name of the module that ``from … import`` in the file at ``path`` means."""
    if not level:
        return module or ""
    here = module_of(path).split(".")
    package = here if path.endswith("__init__.py") else here[:-1]
    base = package[: len(package) - (level - 1)]
    return ".".join([*base, *([module] if module else [])])
