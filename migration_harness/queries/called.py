"""From when on calls of a flag's seams say whether they are still made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from migration_harness.database import connection
from migration_harness.deciding.stages import TABLE, stage_named
from migration_harness.models import Flag, FlagMember

_CHANGES: Final = """
SELECT subject,
       coalesce(max((evidence ->> 'epoch')::bigint) FILTER (
           WHERE after ?| ARRAY['stage', 'baseline', 'compared_bps']
       ), 0),
       coalesce(max((evidence ->> 'epoch')::bigint) FILTER (
           WHERE after -> 'everyone' = 'false'::jsonb
              OR before -> 'everyone' = 'true'::jsonb
              OR (after ->> 'share_bps')::bigint < (before ->> 'share_bps')::bigint
       ), 0)
FROM migration_harness_auditevent WHERE subject = ANY(%s) GROUP BY subject
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Which calls of a flag's seams are counted: those that are compared, and there are as many of them as before.

    Attributes:
        counts: Whether any call is compared. Where the candidate or the control answers alone, nothing counts calls.
        epoch: From this epoch on as many of the calls are compared as now.
        strata_epoch: From this epoch on no account was taken back, of this flag or another: with it go the models that
            it works with, and so the strata of its calls.
    """

    counts: bool
    epoch: int
    strata_epoch: int


def counting_of(names: Iterable[str]) -> Mapping[str, Counting]:
    """Return what is counted of each of these flags, by two or three queries; a flag that is not there is not in it."""
    flags = {flag.name: flag for flag in Flag.objects.all()}
    changes = _changes(flags)
    back = max((taken_back for _, taken_back in changes.values()), default=0)
    members = dict(FlagMember.objects.values_list("flag__name", "included").distinct())
    found = {}
    for name in set(names) & flags.keys():
        flag = flags[name]
        compared = {TABLE[stage_named(stage)].compared for stage in _in_use(flag, has_members=name in members)}
        counted_from, _ = changes.get(name, (0, 0))
        # Where some are compared and some are not, every change of the cohort changes how many.
        epoch = counted_from if compared == {True} else flag.epoch
        found[name] = Counting(
            counts=True in compared and flag.compared_bps > 0, epoch=epoch, strata_epoch=max(epoch, back)
        )
    return found


def _in_use(flag: Flag, *, has_members: bool) -> set[str]:
    """Return the stages that accounts have, or may have."""
    if flag.everyone is False:
        return {flag.baseline}
    if flag.everyone is True:
        return {flag.stage, flag.baseline} if has_members else {flag.stage}
    return {flag.stage, flag.baseline} if has_members or flag.share_bps else {flag.baseline}


def _changes(names: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return of each flag the epoch of the last change of what is compared, and of the last that took accounts back."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [list(names)])
        return {name: (compared, back) for name, compared, back in cursor.fetchall()}
