"""What accounts paid too much, too little, and what nobody knows, in a scope; looking changes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Final

from migration_harness.exceptions import InvalidChange
from migration_harness.money.against import Against
from migration_harness.money.ledger import AccountDue, Ledger, Scope, ledger
from migration_harness.wording import counted

_AMOUNTS: Final = tuple(name for name in AccountDue.__slots__ if name not in ("account_id", "charges"))


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What is due in a scope, by account, the most overpaid first; money is credits at ``usd_per_credit``."""

    flag: str
    scope: Scope
    against: Against
    usd_per_credit: Decimal
    accounts: tuple[AccountDue, ...]

    @cached_property
    def totals(self) -> Mapping[str, int]:
        """Sums over all accounts, by the names of ``AccountDue``."""
        return {name: sum(getattr(due, name) for due in self.accounts) for name in _AMOUNTS}

    @cached_property
    def charges(self) -> Mapping[str, int]:
        """How many charges the candidate priced, by the way in which the work came."""
        counts: Counter[str] = Counter()
        for due in self.accounts:
            counts.update(due.charges)
        return dict(sorted(counts.items()))

    @property
    def derived(self) -> str:
        """What is to be known of charges that keep no signed price, in a sentence; empty where there are none."""
        count = self.totals["derived_charges"]
        if not count or self.against is not Against.SIGNED:
            return ""
        return f"{counted(count, 'charge')} of before the signed price was kept, by the list in force"

    def usd(self, credits: int) -> Decimal:  # noqa: A002  The domain's word.
        """Return what so many credits are sold for."""
        return credits * self.usd_per_credit


def survey(scope: Scope, *, flag: str | None = None) -> Survey:
    """Return what accounts paid too much, too little, and what nobody knows; changes nothing.

    Raises InvalidChange where ``flag`` decides on no charge, the scope ends before it begins, or the ledger cannot
    measure against its price.
    """
    host = ledger()
    if flag not in (None, host.flag):
        raise InvalidChange(f"{flag}: no charge is priced by this flag. Charges are priced by {host.flag}.")
    if scope.since is not None and scope.since >= scope.until:
        raise InvalidChange(f"There is nothing between {scope.since:%Y-%m-%d %H:%M} and {scope.until:%Y-%m-%d %H:%M}.")
    against = _against(scope, host)
    scope = replace(scope, against=against)
    dues = sorted(host.dues(scope), key=lambda due: (-due.overpaid, -due.underpaid, due.account_id.zfill(20)))
    return Survey(
        flag=host.flag, scope=scope, against=against, usd_per_credit=host.usd_per_credit(), accounts=tuple(dues)
    )


def _against(scope: Scope, host: Ledger) -> Against:
    if scope.against is None:
        return host.against[0]
    if scope.against not in host.against:
        raise InvalidChange(
            f"{scope.against}: the ledger knows no such price. Measure against: {', '.join(host.against)}."
        )
    return scope.against
