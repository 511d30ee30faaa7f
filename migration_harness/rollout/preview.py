"""Who is in each step of a rollout, whether it was started or would be."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from migration_harness.accounts import AccountInfo, directory
from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.snapshot import FlagState, Snapshot

NAMED: Final = 5
"""Accounts that are named of each step; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPreview:
    """Who is in a step.

    Attributes:
        share_bps: The share, in basis points.
        accounts: How many accounts the share has, those before included.
        joining: How many of them come with this step.
        named: The first few of those, in the order of their buckets: the order in which shares reach them.
        held_back: How many of ``accounts`` a required flag keeps on the control.
    """

    share_bps: int
    accounts: int
    joining: int
    named: tuple[AccountInfo, ...]
    held_back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Who is in each step; ``included`` and ``excluded`` by name stay what they are.

    ``held_by`` has for each required flag how many accounts it keeps on the control at the last step.
    """

    flag: str
    all_accounts: int
    included: int
    excluded: int
    steps: tuple[StepPreview, ...]
    held_by: tuple[tuple[str, int], ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What whoever starts it has to know besides the numbers."""
        last = self.steps[-1]
        told = [
            f"{count:,} of them stay on the control until they are in the cohort of {name}, which {self.flag} requires."
            for name, count in self.held_by
        ]
        if self.excluded:
            told.append(f"{self.excluded:,} excluded by name stay on the control at every step.")
        if self.included:
            told.append(f"{self.included:,} included by name are on the candidate at every step.")
        if not last.accounts:
            told.append("No account is in any step.")
        elif not self.steps[0].accounts:
            told.append("Nobody is in the first step: it proves nothing of the candidate's answers.")
        return tuple(told)


def preview(snapshot: Snapshot, name: str, shares_bps: Sequence[int]) -> Preview:
    """Return who is in each step of a rollout of a flag that the snapshot has, by the shares of the steps."""
    flag, ids = snapshot.flags[name], directory().all_ids()
    by_bucket = _by_bucket(flag, ids)
    buckets = [bucket for bucket, _ in by_bucket]
    missing = {each: {one for _, one in by_bucket if not snapshot.in_cohort(each, one)} for each in flag.requires}
    held = set().union(*missing.values())
    ends = [bisect_left(buckets, share) for share in shares_bps]
    joining = [by_bucket[before:end] for before, end in zip([0, *ends], ends, strict=False)]
    infos = directory().describe(one for come in joining for _, one in come[:NAMED])
    return Preview(
        flag=name,
        all_accounts=len(ids),
        included=len(flag.included),
        excluded=len(flag.excluded),
        steps=tuple(
            StepPreview(
                share_bps=share,
                accounts=end,
                joining=len(come),
                named=tuple(infos[one] for _, one in come[:NAMED] if one in infos),
                held_back=sum(one in held for _, one in by_bucket[:end]) if held else 0,
            )
            for share, end, come in zip(shares_bps, ends, joining, strict=True)
        ),
        held_by=tuple(
            (each, count)
            for each in flag.requires
            if (count := sum(one in missing[each] for _, one in by_bucket[: ends[-1]]))
        ),
    )


def _by_bucket(flag: FlagState, ids: Iterable[str]) -> list[tuple[int, str]]:
    """Return the accounts that a share can reach, in the order in which it does."""
    reached = (one for one in ids if one not in flag.excluded and one not in flag.included)
    return sorted((bucket_of(one, salt=flag.salt), one) for one in reached)
