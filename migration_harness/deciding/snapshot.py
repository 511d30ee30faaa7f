"""All flags at one epoch, immutable, and the decision for an account: no database, no cache, no lock."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.stages import TABLE, Side, Stage, falls_back

MAX_REMEMBERED_DECISIONS: Final = 200_000
"""Per flag and snapshot; beyond it the memory is cleared and filled anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagState:
    """One flag as the database had it at an epoch. Its fields mean what ``Flag``'s do."""

    name: str
    stage: Stage
    baseline: Stage
    everyone: bool | None
    included: frozenset[str]
    excluded: frozenset[str]
    share_bps: int
    compared_bps: int
    salt: str
    epoch: int
    requires: tuple[str, ...]
    has_store: bool
    retired: bool = False

    def includes(self, account_id: str | None) -> bool:
        """Tell whether this flag alone puts the account into its cohort.

        Precedence: everyone = no > excluded > everyone = yes > included > share. Without an account only
        everyone = yes counts.
        """
        if self.everyone is False:
            return False
        if account_id is None:
            return self.everyone is True
        if account_id in self.excluded:
            return False
        if self.everyone or account_id in self.included:
            return True
        return self.share_bps > 0 and bucket_of(account_id, salt=self.salt) < self.share_bps

    @property
    def unanimous(self) -> bool | None:
        """Whether this flag alone includes everybody (True) or nobody (False); None: it depends on the account."""
        if self.everyone:
            return None if self.excluded else True
        if self.everyone is None and (self.included or self.share_bps):
            return None
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a flag says for one account: the stage, and what follows from it by the stage table."""

    stage: Stage
    epoch: int
    compared_bps: int
    together: bool = False
    """A write reaches both stores in one transaction."""
    in_cohort: bool = field(init=False)
    compared: bool = field(init=False)

    def __post_init__(self) -> None:
        rule = TABLE[self.stage]
        object.__setattr__(self, "in_cohort", rule.answers is Side.CANDIDATE)
        object.__setattr__(self, "compared", rule.compared and self.compared_bps > 0)


OFF: Final = Decision(stage=Stage.OFF, epoch=0, compared_bps=0)
"""The decision of a flag that nobody has created: the control alone."""


class Global(Enum):
    """The subject of a write that belongs to no account."""

    GLOBAL = "global"
    """Decided for all accounts at once."""


GLOBAL: Final = Global.GLOBAL


class Decisions(dict[Any, Decision]):
    """Decisions by subject, an account's id, None or GLOBAL, made when first asked for.

    Attributes:
        for_all: The decision where a seam need not know the subject: everybody has the same one, and
            nothing is compared. So before the first account and after the last one, a seam costs least.
    """

    for_all: Decision | None = None


class NoDecisions(Decisions):
    """The decisions of a flag that nobody has created."""

    for_all = OFF

    def __missing__(self, subject: Any) -> Decision:
        return OFF


class FlagDecisions(Decisions):
    """The decisions of one flag at one epoch; it remembers them."""

    def __init__(self, snapshot: "Snapshot", flag: FlagState) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._flag = flag
        self._baseline = Decision(stage=flag.baseline, epoch=flag.epoch, compared_bps=flag.compared_bps)
        self._cohort = Decision(stage=flag.stage, epoch=flag.epoch, compared_bps=flag.compared_bps)
        if snapshot.is_fenced and falls_back(flag.stage, has_store=flag.has_store):
            self._cohort = self._baseline
        answer = snapshot.unanimous(flag.name)
        if answer is not None:
            decision = self._cohort if answer else self._baseline
            self.for_all = None if decision.compared else decision

    def __missing__(self, subject: Any) -> Decision:
        decision = self._globally() if subject is GLOBAL else self._for_account(subject)
        if len(self) >= MAX_REMEMBERED_DECISIONS:
            self.clear()
        self[subject] = decision
        return decision

    def _for_account(self, subject: Any) -> Decision:
        account_id = None if subject is None else str(subject)
        return self._cohort if self._snapshot.in_cohort(self._flag.name, account_id) else self._baseline

    def _globally(self) -> Decision:
        """Where some accounts read one store and some the other, a write must reach both, whatever their stages."""
        answer = self._snapshot.unanimous(self._flag.name)
        if answer is None:
            return Decision(stage=Stage.DUALWRITE, epoch=self._flag.epoch, compared_bps=0, together=True)
        return self._cohort if answer else self._baseline


NO_DECISIONS: Final = NoDecisions()


class AllDecisions(dict[str, Decisions]):
    """The decisions of all flags by name; a flag that does not exist has NO_DECISIONS."""

    def __missing__(self, name: str) -> Decisions:
        return NO_DECISIONS


class Snapshot:
    """All flags at one epoch. Never changes but for the memory of its decisions."""

    __slots__ = ("_confirming", "_fenced", "decisions", "epoch", "flags", "is_fenced")

    def __init__(self, *, epoch: int, flags: Mapping[str, FlagState], is_fenced: bool = False) -> None:
        self.epoch = epoch
        self.flags = flags
        self.is_fenced = is_fenced
        self._fenced: Snapshot | None = None
        self._confirming: dict[frozenset[str], str] = {}
        self.decisions = AllDecisions((name, FlagDecisions(self, flag)) for name, flag in flags.items())

    def fenced(self) -> "Snapshot":
        """Return what a process decides by whose lease has run out.

        The baseline for everyone where a rollback is safe, else what this snapshot says.
        """
        if self._fenced is None:
            self._fenced = Snapshot(epoch=self.epoch, flags=self.flags, is_fenced=True)
        return self._fenced

    def in_cohort(self, name: str, account_id: str | None) -> bool:
        """Tell whether the account is in the flag's cohort, and in that of every flag it requires.

        A required flag that does not exist has nobody in its cohort.
        """
        flag = self.flags.get(name)
        return (
            flag is not None
            and flag.includes(account_id)
            and all(self.in_cohort(required, account_id) for required in flag.requires)
        )

    def with_required(self, names: Iterable[str]) -> set[str]:
        """Return these flags and all that they require, directly or not."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self.flags[name].requires if name in self.flags else ()
        return found

    def required_first(self, name: str) -> list[str]:
        """Return the flags that this one requires, directly or not, each after those that it requires itself."""
        found: list[str] = []
        for required in self.flags[name].requires if name in self.flags else ():
            found += [each for each in (*self.required_first(required), required) if each not in found]
        return found

    def requiring(self, name: str) -> list[str]:
        """Return the flags that require this one, directly or not; none that is retired."""
        others = (each for each in sorted(self.flags) if each != name and not self.flags[each].retired)
        return [each for each in others if name in self.with_required([each])]

    def missing_required(self, name: str, account_id: str) -> list[str]:
        """Return the required flags whose cohort the account is not in."""
        return [required for required in self.required_first(name) if not self.in_cohort(required, account_id)]

    def to_confirm(self, names: Iterable[str]) -> set[str]:
        """Return the flags whose epochs the database has to confirm before it is charged by these."""
        return self.with_required(names)

    def succeeded_by(self, newer: "Snapshot") -> "Snapshot":
        """Return what is decided by where the database says ``newer`` by now."""
        return newer

    def confirming(self, names: frozenset[str]) -> str:
        """Return the flags that these have to be confirmed by, and their epochs, as a JSON object; remembered."""
        found = self._confirming.get(names)
        if found is None:
            epochs = {name: self.epoch_of(name) for name in sorted(self.to_confirm(names))}
            found = self._confirming[names] = json.dumps(epochs)
        return found

    def epoch_of(self, name: str) -> int:
        """Return the epoch of a flag's last change, 0 for a flag that does not exist."""
        flag = self.flags.get(name)
        return 0 if flag is None else flag.epoch

    def unanimous(self, name: str) -> bool | None:
        """Tell whether everybody (True) or nobody (False) is in the flag's cohort; None: it depends on the account."""
        flag = self.flags.get(name)
        if flag is None:
            return False
        answers = [flag.unanimous, *(self.unanimous(required) for required in flag.requires)]
        return False if False in answers else None if None in answers else True

    def decide(self, name: str, subject: Any) -> Decision:
        """Return the decision of the flag ``name`` for a subject: an account's id, or None."""
        return self.decisions[name][subject]
