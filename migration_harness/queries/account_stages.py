"""One account under every flag: its stage, and what puts it there."""

from dataclasses import dataclass

from migration_harness.control.flips import Membership
from migration_harness.deciding.buckets import bucket_of
from migration_harness.deciding.snapshot import FlagState, Snapshot
from migration_harness.models import FlagMember
from migration_harness.queries.accounts import matrix_flags
from migration_harness.wording import percent


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStage:
    """An account under one flag.

    Attributes:
        flag: The flag.
        stage: The stage that decides for the account.
        on_candidate: The candidate answers for it.
        membership: Whether it is on the flag's list: included (``on``), excluded (``off``), or neither (``inherit``).
        why: What puts it there, in a sentence.
        member: Its row on the list, with who put it there, when and why; None where it is on none.
    """

    flag: str
    stage: str
    on_candidate: bool
    membership: Membership
    why: str
    member: FlagMember | None = None


def account_stages(account_id: str, *, snapshot: Snapshot) -> list[AccountStage]:
    """Return an account's stage under every flag that is on the lists."""
    members = {row.flag.name: row for row in FlagMember.objects.filter(account_id=account_id).select_related("flag")}
    return [_under(snapshot, name, account_id, members.get(name)) for name in matrix_flags(snapshot)]


def membership_of(flag: FlagState, account_id: str) -> Membership:
    """Return whether an account is on a flag's list, and how."""
    return "on" if account_id in flag.included else "off" if account_id in flag.excluded else "inherit"


def _under(snapshot: Snapshot, name: str, account_id: str, member: FlagMember | None) -> AccountStage:
    flag = snapshot.flags[name]
    decision = snapshot.decide(name, account_id)
    return AccountStage(
        flag=name,
        stage=decision.stage.value,
        on_candidate=decision.in_cohort,
        membership=membership_of(flag, account_id),
        why=_why(snapshot, flag, account_id),
        member=member,
    )


def _why(snapshot: Snapshot, flag: FlagState, account_id: str) -> str:
    """Say what decides, in the order of precedence, and what a flag that is required adds to it."""
    own = _of_its_own(flag, account_id)
    missing = snapshot.missing_required(flag.name, account_id)
    if not missing or not flag.includes(account_id):
        return f"{own}."
    return f"{own}, but {flag.name} requires {' and '.join(missing)}, and the account is not in that cohort."


def _of_its_own(flag: FlagState, account_id: str) -> str:
    """Say what a flag alone does with an account: the order is that of ``FlagState.includes``."""
    if flag.everyone is False:
        return "Rolled back: everyone is on the control"
    if account_id in flag.excluded:
        return "Excluded by name"
    if flag.everyone:
        return "Everyone is included"
    if account_id in flag.included:
        return "Included by name"
    if not flag.share_bps:
        return "Not included by name, and the share is 0 %"
    place = bucket_of(account_id, salt=flag.salt)
    inside = place < flag.share_bps
    return f"{'In' if inside else 'Not in'} the share of {percent(flag.share_bps)}: its place in it is {percent(place)}"
