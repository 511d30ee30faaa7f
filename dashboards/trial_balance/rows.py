"""What the page of the trial balance shows."""

from dataclasses import dataclass

from django.http import HttpRequest

from dashboards.labels import ANSWERS, Label
from dashboards.names import Names
from dashboards.trial_balance.laws import WORDS, label_of
from dashboards.trial_balance.links import RowLinks
from migration_harness.money.trial_balance import Broken, TrialBalance, standing
from migration_harness.money.trial_balance.found import LawName


@dataclass(frozen=True, slots=True, kw_only=True)
class LawRow:
    """A law: what it says, whether it holds, how often it is broken."""

    name: LawName
    words: str
    label: Label
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRow:
    """What breaks a law: of which account, and each row with its address, which may be empty."""

    found: Broken
    account: str
    rows: list[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalancePage:
    """The whole page; ``hidden`` is how much is broken that is not shown."""

    balance: TrialBalance
    label: Label
    laws: list[LawRow]
    broken: list[BrokenRow]
    hidden: int


def trial_balance_page(request: HttpRequest) -> TrialBalancePage:
    """Read where the trial balance stands and shape it; nothing is checked for it."""
    balance, links = standing(), RowLinks(request)
    names = Names(each.account_id for each in balance.broken)
    return TrialBalancePage(
        balance=balance,
        label=ANSWERS[balance.finding.answer],
        laws=[
            LawRow(name=law, words=WORDS[law], label=label_of(law, balance), count=balance.counts[law])
            for law in LawName
        ],
        broken=[_broken(each, names, links) for each in balance.broken],
        hidden=sum(balance.counts.values()) - len(balance.broken),
    )


def _broken(found: Broken, names: Names, links: RowLinks) -> BrokenRow:
    return BrokenRow(
        found=found,
        account=names.of(found.account_id) if found.account_id else "",
        rows=[(number, links.of(found.book, number)) for number in found.rows],
    )
