"""Packages that a test writes, and what something in them runs on."""

import importlib
import sys
import textwrap

import pytest

from migration_harness.seams.closure import libraries
from migration_harness.seams.closure.walking import Code


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Return a function that writes files of packages, and takes None for one that goes."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(files):
        for path, content in files.items():
            file = tmp_path / path
            if content is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())

    yield write
    for name in [each for each in sys.modules if each.partition(".")[0] in {"shop", "other"}]:
        del sys.modules[name]


@pytest.fixture
def closure():
    """Return a function that makes a closure as a new process would."""

    def made(*names, **options):
        importlib.invalidate_caches()
        libraries.forget()
        own = {name.partition(".")[0] for name in names}
        stops_at, model_named = options.pop("stops_at", ()), options.pop("model_named", None)
        return Code(stops_at=stops_at, model_named=model_named).closure_of(names, own=own, **options)

    return made
