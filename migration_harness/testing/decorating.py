"""A context manager that decorates whatever a test is: functions, coroutines, classes of unittest and of pytest."""

from collections.abc import Callable
from inspect import signature
from typing import Any, Final
from unittest import TestCase

from django.test.utils import TestContextDecorator

_PREPARING: Final = ("setup_method", "teardown_method")


class AnyTest(TestContextDecorator):
    """What Django has for functions, coroutines and classes of unittest, for classes of pytest as well."""

    def decorate_class(self, cls: Any) -> Any:
        """Hold in every test of a class, and in what prepares it."""
        if issubclass(cls, TestCase):
            return super().decorate_class(cls)
        self.decorate_methods(cls)
        for name in _PREPARING:
            if hasattr(cls, name):
                setattr(cls, name, self._preparing(getattr(cls, name)))
        return cls

    def decorate_methods(self, cls: Any) -> None:
        """Hold in the tests of a class, inherited ones included."""
        for name in dir(cls):
            if name.startswith("test"):
                self._decorate_method(cls, name)

    def _preparing(self, method: Callable[..., None]) -> Callable[..., None]:
        """Return a method of pytest's, which counts the arguments that it takes before it gives it any."""
        takes_the_test = len(signature(method).parameters) > 1

        def prepare(instance: Any, test: Any) -> None:
            with self:
                method(instance, *([test] if takes_the_test else []))

        return prepare

    def _decorate_method(self, cls: Any, name: str) -> None:
        found = next(vars(each)[name] for each in cls.__mro__ if name in vars(each))
        if isinstance(found, staticmethod | classmethod):
            decorated: Callable[..., Any] = self.decorate_callable(found.__func__)
            setattr(cls, name, type(found)(decorated))
        elif callable(found) and not isinstance(found, type):
            setattr(cls, name, self.decorate_callable(found))
