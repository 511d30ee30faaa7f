"""What a host declares: the models whose rows count as effects, the laws, and by the decorator its operations."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, cast

from django.apps import apps
from django.db.models import Model, QuerySet

from migration_harness.comparing.explanations import Rule
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
        evidence: Columns that say by which side something was decided: where two sides are compared, they differ.
    """

    model: str
    secret: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

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

    def __str__(self) -> str:
        return f"{self.told}: {', '.join(self.rows)}" if self.rows else self.told


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


Reads = Callable[..., Iterable["Model | QuerySet[Any]"]]
"""Gets the arguments of an operation by name, and returns the rows that it will read."""


def _nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What an operation needs around it to be run again elsewhere, for ``harness operations export`` and ``verify``.

    Attributes:
        shared: Tables that all operations read whole: settings, prices. Their ``secret`` columns are emptied.
        reads: By the kind of an operation, the rows of its own that it reads. A kind that is not here is not exported.
        personal: By the name of a model, the columns that hold text of people.
        said: Names in payloads and answers under which text of people stands.
        volatile: Names in payloads that differ from run to run and mean nothing.
        prepare: Called when all rows are there: enters keys that open nothing, forgets what is remembered.
    """

    shared: tuple[RecordedModel, ...] = ()
    reads: Mapping[str, Reads] = field(default_factory=dict)
    personal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    said: frozenset[str] = frozenset()
    volatile: frozenset[str] = frozenset()
    prepare: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """What a host declares of its operations; named by the setting ``HARNESS["OPERATIONS"]``.

    Attributes:
        models: The models whose rows are effects.
        laws: What every operation of some kinds must satisfy.
        modules: Where the operations stand, dotted: imported where they are looked for by their kind.
        world: What they need around them to be run again elsewhere.
        explain: Rules for effects in which the two sides are meant to differ: ``covers`` is given one difference, and
            as the call ``kind`` and both recordings, ``control`` and ``candidate``.
        explain_revision: What a revision is meant to do otherwise than the one before it, for ``harness operations
            verify``; a rule gets all differences of an operation, and as the call its ``kind``.
    """

    models: tuple[RecordedModel, ...] = ()
    laws: tuple[Law, ...] = ()
    modules: tuple[str, ...] = ()
    world: World = World()
    explain: tuple[Rule, ...] = ()
    explain_revision: tuple[Rule, ...] = ()

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


def every_entry() -> Mapping[str, Entry]:
    """Return every operation of the host, by its kind, also of modules that nobody has needed yet."""
    for module in operations().modules:
        import_module(module)
    return entries


def declare(entry: Entry) -> None:
    """Keep an operation. Raises HarnessMisconfigured where another one has its kind."""
    there = entries.get(entry.kind)
    if there is not None and there.function.__qualname__ != entry.function.__qualname__:
        raise HarnessMisconfigured(f"Two operations are of the kind {entry.kind!r}. Give each a kind of its own.")
    entries[entry.kind] = entry


def label_of(model: type[Model]) -> str:
    """Return the name of a model, as ``billing.CreditTransaction``."""
    return model._meta.label  # noqa: SLF001  The documented way to it.
