"""Accounts as an operator looks for them: by name, id or plan, by balance, by their stage under a flag."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migration_harness.accounts import AccountInfo, directory
from migration_harness.control.consequences import cohort_of
from migration_harness.control.retiring import DRILL_FLAG, on_lists
from migration_harness.deciding.snapshot import Snapshot
from migration_harness.deciding.stages import Stage
from migration_harness.plan import plan


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuestion:
    """Which accounts; what is empty or None asks for nothing.

    Attributes:
        text: A part of the name or of the plan, or how the id begins.
        plan: The plan, exactly.
        flag: The flag under which an account has the ``stage``; empty: any flag.
        stage: The stage that decides for it.
        least: Credits of the balance, at least; whose balance nobody knows is left out.
        most: Credits of the balance, at most.
    """

    text: str = ""
    plan: str = ""
    flag: str = ""
    stage: str = ""
    least: int | None = None
    most: int | None = None


def all_accounts() -> list[AccountInfo]:
    """Return every account of the directory, in its order."""
    ids = directory().all_ids()
    known = directory().describe(ids)
    return [known[account_id] for account_id in ids if account_id in known]


def accounts_found(asked: AccountQuestion, accounts: Iterable[AccountInfo], *, snapshot: Snapshot) -> list[AccountInfo]:
    """Return those of the accounts that a question asks for; whose name begins with the text comes first."""
    found = list(accounts)
    if asked.plan:
        found = [each for each in found if each.plan == asked.plan]
    if asked.least is not None or asked.most is not None:
        found = [each for each in found if _is_within(each.balance, asked.least, asked.most)]
    if text := asked.text.strip().casefold():
        found = sorted(_named(found, text), key=lambda each: not _begins(each, text))
    if asked.stage:
        names = [asked.flag] if asked.flag else matrix_flags(snapshot)
        ids = [each.account_id for each in found]
        there = set().union(*(_at_stage(snapshot, name, ids, asked.stage) for name in names))
        found = [each for each in found if each.account_id in there]
    return found


def stages_under(snapshot: Snapshot, name: str, account_ids: list[str]) -> dict[str, Stage]:
    """Return the stage of each account under a flag; of ten thousand at once, without a decision for each."""
    flag, cohort = snapshot.flags[name], set(cohort_of(snapshot, name, account_ids))
    return {each: flag.stage if each in cohort else flag.baseline for each in account_ids}


def matrix_flags(snapshot: Snapshot) -> list[str]:
    """Return the flags that an account is shown under: those of the plan in its order, then the others by name."""
    shown = [name for name in on_lists(snapshot) if name != DRILL_FLAG]
    planned = [flag.name for phase in plan().phases for flag in phase.flags]
    return sorted(shown, key=lambda name: (planned.index(name) if name in planned else len(planned), name))


def _is_within(balance: int | None, least: int | None, most: int | None) -> bool:
    return balance is not None and (least is None or balance >= least) and (most is None or balance <= most)


def _named(accounts: list[AccountInfo], text: str) -> Iterator[AccountInfo]:
    for each in accounts:
        if text in each.name.casefold() or text in each.plan.casefold() or _begins(each, text):
            yield each


def _begins(account: AccountInfo, text: str) -> bool:
    return account.name.casefold().startswith(text) or account.account_id.casefold().startswith(text)


def _at_stage(snapshot: Snapshot, name: str, account_ids: list[str], stage: str) -> set[str]:
    flag = snapshot.flags[name]
    if stage not in (flag.stage, flag.baseline):
        return set()
    return {each for each, found in stages_under(snapshot, name, account_ids).items() if found == stage}
