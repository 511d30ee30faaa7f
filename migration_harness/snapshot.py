"""All flags at one epoch, immutable, and the decision for an account: no database, no cache, no lock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from migration_harness.buckets import bucket_of
from migration_harness.stages import TABLE, Side, Stage

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a flag says for one account: the stage, and what follows from it by the stage table."""

    stage: Stage
    epoch: int
    compared_bps: int
    in_cohort: bool = field(init=False)
    compared: bool = field(init=False)

    def __post_init__(self) -> None:
        rule = TABLE[self.stage]
        object.__setattr__(self, "in_cohort", rule.answers is Side.CANDIDATE)
        object.__setattr__(self, "compared", rule.compared and self.compared_bps > 0)


OFF: Final = Decision(stage=Stage.OFF, epoch=0, compared_bps=0)
"""The decision of a flag that nobody has created: the control alone."""


class Decisions(dict[Any, Decision]):
    """The decisions of one flag by subject, made when first asked for."""

    __slots__ = ("_cohort", "_flag", "_snapshot")

    def __init__(self, snapshot: "Snapshot", flag: FlagState) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._flag = flag
        self._cohort = Decision(stage=flag.stage, epoch=flag.epoch, compared_bps=flag.compared_bps)

    def __missing__(self, subject: Any) -> Decision:
        account_id = None if subject is None else str(subject)
        if self._snapshot.in_cohort(self._flag.name, account_id):
            decision = self._cohort
        else:
            decision = Decision(stage=self._flag.baseline, epoch=self._flag.epoch, compared_bps=self._flag.compared_bps)
        if len(self) >= MAX_REMEMBERED_DECISIONS:
            self.clear()
        self[subject] = decision
        return decision


class NoDecisions(dict[Any, Decision]):
    """The decisions of a flag that nobody has created; remembers nothing."""

    __slots__ = ()

    def __missing__(self, subject: Any) -> Decision:
        return OFF


class DecisionsByFlag(dict[str, dict[Any, Decision]]):
    """The decisions of all flags: ``[flag][subject]`` is a decision, whatever flag and subject are asked for."""

    __slots__ = ()

    def __missing__(self, name: str) -> dict[Any, Decision]:
        return _NO_DECISIONS


_NO_DECISIONS: Final = NoDecisions()


class Snapshot:
    """All flags at one epoch. Never changes but for the memory of its decisions."""

    __slots__ = ("decisions", "epoch", "flags")

    def __init__(self, *, epoch: int, flags: Mapping[str, FlagState]) -> None:
        self.epoch = epoch
        self.flags = flags
        self.decisions = DecisionsByFlag((name, Decisions(self, flag)) for name, flag in flags.items())

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

    def decide(self, name: str, subject: Any) -> Decision:
        """Return the decision of the flag ``name`` for a subject: an account's id, or None."""
        return self.decisions[name][subject]
