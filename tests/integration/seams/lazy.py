"""Results that do something only when somebody looks at them: each makes one of a call."""

from django.db.models import QuerySet
from django.utils.functional import SimpleLazyObject, lazy

from migration_harness.models import Epoch


class Looked:
    """Does it when it is asked for anything."""

    def __init__(self, call):
        self.call = call


class Compared(Looked):
    __hash__ = None

    def __eq__(self, other):
        self.call()
        return True


class Iterated(Looked):
    def __iter__(self):
        self.call()
        return iter(["answer"])


class Told(Looked):
    def __str__(self):
        self.call()
        return "answer"


class Shown(Looked):
    def __repr__(self):
        self.call()
        return "answer"


class Property(Looked):
    @property
    def answer(self):
        self.call()
        return "answer"


class Copied(Looked):
    def __deepcopy__(self, memo):
        self.call()
        return "answer"


class Reduced(Looked):
    def __reduce_ex__(self, protocol):
        self.call()
        return str, ("answer",)


class Gone(Looked):
    def __del__(self):
        self.call()


class Asked(QuerySet):
    """A query that does something else, too, when it is asked."""

    call = None

    def _clone(self):
        clone = super()._clone()
        clone.call = self.call
        return clone

    def _fetch_all(self):
        if self._result_cache is None:
            self.call()
        super()._fetch_all()


def queried(call):
    asked = Asked(Epoch)
    asked.call = call
    return asked


def generated(call):
    return (call() for _ in range(1))


def mapped(call):
    return map(call, *[()])


def text_of(call):
    return lazy(call, str)()


def nested(call):
    return {"rows": [queried(call)], "more": SimpleLazyObject(call)}


LAZY = {
    "query, cleaned": (queried, list),
    "lazy object": (SimpleLazyObject, None),
    "lazy text": (text_of, str),
    "__eq__": (Compared, None),
    "__eq__, cleaned": (lambda call: call, lambda call: "answer" if call == "answer" else Compared(call) == "answer"),
    "__iter__": (Iterated, list),
    "__str__": (Told, str),
    "__repr__": (Shown, repr),
    "property": (Property, lambda value: value.answer if isinstance(value, Property) else value),
    "__deepcopy__": (Copied, None),
    "__reduce_ex__": (Reduced, None),
}
"""What is looked at by the comparison, or by the function that cleans."""
UNLOOKED = {"generator": generated, "map": mapped, "query beside a text": queried, "query inside": nested}
"""What nobody looks at: to consume it would take it from whoever it belongs to, or the classes differ already."""
