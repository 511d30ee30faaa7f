"""The tree of errors that is drawn at the top of their module is the tree that the classes make."""

import inspect
import re

from migration_harness import exceptions
from migration_harness.exceptions import HarnessError

_ELSEWHERE = {"MalformedRow"}
"""Drawn, and defined beside what raises it."""


def drawn():
    """Return each error of the drawing with the one that it is drawn below."""
    found, above = {}, {0: "HarnessError"}
    for line in exceptions.__doc__.splitlines():
        if match := re.match(r"^([│ ]*)[├└]── (\w+) ", line):
            depth = len(match[1]) // 4 + 1
            above[depth] = match[2]
            found.setdefault(match[2], set()).add(above[depth - 1])
    return found


def made():
    """Return each class with those that it is derived from."""
    classes = inspect.getmembers(exceptions, lambda found: inspect.isclass(found) and issubclass(found, HarnessError))
    return {name: {base.__name__ for base in each.__bases__} for name, each in classes if each is not HarnessError}


class TestTree:
    def test_that_is_drawn_is_that_of_the_classes(self):
        told = {name: above for name, above in drawn().items() if name not in _ELSEWHERE}
        assert told == made()
