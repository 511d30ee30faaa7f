"""A library is imported as if another one were not installed; nobody else notices."""

import sys

import pytest

from migration_harness.api import hidden

HIDDEN = "colorsys"
"""A module of Python's that nothing here imports."""


@pytest.fixture(autouse=True)
def _not_loaded(monkeypatch):
    monkeypatch.delitem(sys.modules, HIDDEN, raising=False)


class TestHidden:
    def test_is_not_there_for_what_is_imported_inside(self):
        with hidden(HIDDEN), pytest.raises(ModuleNotFoundError):
            import colorsys  # noqa: F401

    @pytest.mark.parametrize("error", [None, ValueError], ids=["left", "left by an error"])
    def test_is_there_for_whoever_comes_later(self, error):
        try:
            with hidden(HIDDEN):
                if error is not None:
                    raise error
        except ValueError:
            pass
        import colorsys

        assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)

    def test_is_seen_where_it_is_loaded_already(self):
        import colorsys

        with hidden(HIDDEN):
            import colorsys as again

        assert again is colorsys
