"""What a second person is asked before credits are taken: the window, the accounts and every amount."""

import shlex
from dataclasses import dataclass
from datetime import datetime

from migration_harness.authority.asked import Act, Asked
from migration_harness.moments import moment
from migration_harness.money.against import Against
from migration_harness.money.ledger import AccountDue, Scope
from migration_harness.money.survey import Survey, survey
from migration_harness.wording import counted

_ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From when to when, as a person wrote it: a date, ``7d`` ago, or empty for the first charge and for now."""

    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, scope: Scope) -> "Window":
        """Return the window of a scope, to the microsecond."""
        return cls(since="" if scope.since is None else scope.since.isoformat(), until=scope.until.isoformat())


def asked_for(found: Survey, *, window: Window | None = None, reason: str = "") -> Asked:
    """Return what is asked where all that was paid too little is to be taken."""
    written = window or Window.of(found.scope)
    owing = [due for due in found.accounts if due.underpaid]
    totals = found.totals
    return Asked(
        act=Act.DEBIT,
        subject=found.flag,
        request={
            "since": written.since,
            "until": written.until,
            "accounts": ",".join(sorted(found.scope.account_ids)) or _ALL,
            "against": found.against.value,
        },
        numbers={
            "credits": totals["underpaid"],
            "charges": totals["underpaid_charges"],
            "USD per credit": f"{found.usd_per_credit.normalize():f}",
            **{f"account {due.account_id}": _amount(due) for due in sorted(owing, key=lambda due: due.account_id)},
        },
        sentence=_sentence(found, accounts=len(owing)),
        again=_command(found, written, reason),
    )


def would_ask(asked: Asked, *, now: datetime) -> Asked:
    """Return what the same request asks for now."""
    request = asked.request
    window = Window(since=str(request["since"]), until=str(request["until"]))
    accounts = str(request["accounts"])
    scope = Scope(
        since=moment(window.since, now=now) if window.since else None,
        until=moment(window.until, now=now) if window.until else now,
        account_ids=() if accounts == _ALL else tuple(accounts.split(",")),
        against=Against(str(request["against"])),
    )
    return asked_for(survey(scope, flag=asked.subject), window=window)


def _amount(due: AccountDue) -> str:
    return f"{counted(due.underpaid, 'credit')} for {counted(due.underpaid_charges, 'charge')}"


def _sentence(found: Survey, *, accounts: int) -> str:
    totals, since = found.totals, found.scope.since
    begin = "the first charge" if since is None else f"{since:%Y-%m-%d %H:%M}"
    return (
        f"Take {counted(totals['underpaid'], 'credit')} ({found.usd(totals['underpaid']):,.2f} USD) from "
        f"{counted(accounts, 'account')}: {counted(totals['underpaid_charges'], 'charge')} of {found.flag} below the "
        f"{found.against} price, from {begin} to {found.scope.until:%Y-%m-%d %H:%M} UTC."
    )


def _command(found: Survey, window: Window, reason: str) -> str:
    words = ["python", "manage.py", "harness", "heal", "--against", found.against.value]
    words += ["--since", window.since] if window.since else []
    words += ["--until", window.until] if window.until else []
    for account_id in found.scope.account_ids:
        words += ["--account", f"id:{account_id}"]
    return shlex.join([*words, "--write", "--allow-debits", "--reason", reason])
