"""What a host declares: the models whose rows count as effects, the laws, and by the decorator its operations."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from django.apps import apps
from django.db.models import Model

from migration_harness.conf import configured, setting
from migration_harness.exceptions import HarnessMisconfigured
from migration_harness.operations.recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedModel:
    """A model whose changed rows are effects.

    Attributes:
        model: Its name, as ``billing.CreditTransaction``.
        secret: Columns of which nothing is kept but whether they changed: keys, passwords.
        volatile: Columns that differ from run to run and mean nothing, besides those that Django fills with the time.
    """

    model: str
    secret: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()

    @property
    def of_django(self) -> type[Model]:
        """The class. Raises HarnessMisconfigured."""
        try:
            return apps.get_model(self.model)
        except (LookupError, ValueError) as error:
            raise HarnessMisconfigured(f"There is no model {self.model!r} whose rows could be recorded.") from error

    @property
    def table(self) -> str:
        """Its table."""
        return self.of_django._meta.db_table  # noqa: SLF001  The documented way to it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One way in which an operation breaks a law: what is wrong, without values, and the rows or steps that show it."""

    told: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What every operation of some kinds must satisfy, whatever the flags say.

    Attributes:
        name: Its name; part of the discrepancy's signature.
        sentence: What must hold, in one sentence for people.
        kinds: The kinds of operations that it is about; empty: all of them.
        check: Returns the ways in which a recording breaks it, none where it holds; raises CannotSay where the
            recording does not tell. It shares no code with what it judges, and runs under guard: it may read.
    """

    name: str
    sentence: str
    check: Callable[[Recording], Iterable[Breach]]
    kinds: frozenset[str] = frozenset()

    def is_about(self, kind: str) -> bool:
        """Tell whether operations of a kind must obey it."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """What a host declares of its operations; named by the setting ``HARNESS["OPERATIONS"]``."""

    models: tuple[RecordedModel, ...] = ()
    laws: tuple[Law, ...] = ()

    def laws_for(self, kind: str) -> list[Law]:
        """Return the laws that operations of a kind must obey."""
        return [law for law in self.laws if law.is_about(kind)]

    @property
    def labels(self) -> Mapping[str, str]:
        """The name of each model by its table."""
        return {each.table: each.model for each in self.models}


NONE: Final = Operations()


def operations() -> Operations:
    """Return what the host declares; nothing where it declares nothing. Raises HarnessMisconfigured."""
    return cast("Operations", configured("OPERATIONS")) if setting("OPERATIONS") else NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A function that is an operation.

    Attributes:
        kind: What is done, as the host names it.
        function: The function itself, unrecorded.
        account: Returns the id of the account whose operation it is, from the same arguments.
    """

    kind: str
    function: Callable[..., Any]
    account: Callable[..., object] | None


entries: Final[dict[str, Entry]] = {}
"""Every operation of the host, by its kind."""


def declare(entry: Entry) -> None:
    """Keep an operation. Raises HarnessMisconfigured where another one has its kind."""
    there = entries.get(entry.kind)
    if there is not None and there.function.__qualname__ != entry.function.__qualname__:
        raise HarnessMisconfigured(f"Two operations are of the kind {entry.kind!r}. Give each a kind of its own.")
    entries[entry.kind] = entry


@cache
def label_of(model: type[Model]) -> str:
    """Return the name of a model, as ``billing.CreditTransaction``."""
    return model._meta.label  # noqa: SLF001  The documented way to it.
