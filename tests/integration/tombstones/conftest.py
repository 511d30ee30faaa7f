"""A tree with one file of legacy code."""

import pytest

from .parts import FILE, SOURCE, removed


@pytest.fixture
def tree(db, tmp_path, settings):
    settings.BASE_DIR = tmp_path
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_text(SOURCE)
    removed()
    yield path
    removed()
