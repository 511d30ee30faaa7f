"""``harness heal``: give back what accounts paid too much at the new price."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any, Final

from django.utils import timezone
from typer import Exit, Option, confirm

from migration_harness.accounts import account_named, directory
from migration_harness.authority import actions
from migration_harness.cli.acting import ask, show_who, verb, whoever
from migration_harness.cli.output import FAILED, Json, Override, Reason, console, print_json, table, telling
from migration_harness.cli.progress import progress
from migration_harness.cli.screen import Screen, bold, warning
from migration_harness.exceptions import DebitRefused, InvalidChange
from migration_harness.moments import moment
from migration_harness.money import healing
from migration_harness.money.against import Against
from migration_harness.money.debits import Window
from migration_harness.money.healing import Expected, Healing
from migration_harness.money.ledger import Scope
from migration_harness.money.survey import Survey, survey

_NAMED: Final = 20
"""Accounts that are named; the rest is counted. JSON has them all."""


@verb(approves=True)
def heal(
    *,
    flag: Annotated[str | None, Option(help="The flag that priced the charges.")] = None,
    since: Annotated[str | None, Option(help="From then on: 30d, 12h, or a date in UTC.")] = None,
    until: Annotated[str | None, Option(help="Up to then; now without it.")] = None,
    account: Annotated[
        list[str] | None, Option(help="Only this account, by id or exact name; id:7 is the id alone. May be repeated.")
    ] = None,
    against: Annotated[
        Against | None, Option(help="The price to measure by: signed, or legacy. The signed one, where there is one.")
    ] = None,
    write: Annotated[bool, Option("--write", help="Write the refunds; without it nothing is changed.")] = False,
    yes: Annotated[bool, Option("--yes", help="Do not ask before writing.")] = False,
    allow_debits: Annotated[bool, Option("--allow-debits", help="Take what was paid too little as well.")] = False,
    override: Override = False,
    approver: Annotated[str, Option(hidden=True)] = "",
    reason: Reason = "",
    json: Json = False,
) -> None:
    """Say what accounts paid too much, too little, and what is not known; with --write, give it back once."""
    if approver:
        raise DebitRefused(
            f"{approver!r} is a name, and a name is nobody's word: leave --approver off. What is to be taken is asked "
            "then, and another person approves it: python manage.py harness approvals list. Nothing was written."
        )
    if write:
        ask(healing.action_of(allow_debits=allow_debits), subject=", ".join(account or ()))
        if override:
            ask(actions.OVERRIDE)
        if allow_debits:
            show_who(subject="Taking credits")
    scope = _scope(since, until, account or [], against)
    with progress() as shown:
        shown.add_task("Reading charges", total=None)
        found = survey(scope, flag=flag)
    if not json:
        _print(console(), found)
    healed = None
    if write:
        _ask(found, yes=yes, allow_debits=allow_debits)
        looked_at = Expected(refund=found.totals["overpaid"], debit=found.totals["underpaid"] if allow_debits else 0)
        with progress() as shown:
            bar = shown.add_task("Writing entries", total=None)
            healed = healing.heal(
                survey(scope, flag=flag),
                expected=looked_at,
                actor=whoever(),
                reason=reason,
                allow_debits=allow_debits,
                override=override,
                window=Window(since=since or "", until=until or ""),
                on_progress=lambda done, total: shown.update(bar, completed=done, total=total),
            )
    with telling(_outcome(healed) if healed else ""):
        if json:
            print_json(_as_json(found, healed))
        else:
            _print_outcome(console(), found, healed, allow_debits=allow_debits)
    if healed is not None and healed.not_taken:
        raise Exit(FAILED)


def _scope(since: str | None, until: str | None, accounts: Sequence[str], against: Against | None) -> Scope:
    now = timezone.now()
    return Scope(
        since=moment(since, now=now) if since else None,
        until=moment(until, now=now) if until else now,
        account_ids=tuple(account_named(text).account_id for text in accounts),
        against=against,
    )


def _ask(found: Survey, *, yes: bool, allow_debits: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise InvalidChange("Nobody can be asked here whether to write: add --yes. Nothing was written.")
    what = f"{found.against.meaning}\nGive back {found.totals['overpaid']:,} credits"
    if allow_debits:
        what += f" and take {found.totals['underpaid']:,}"
    confirm(f"{what}?", abort=True, err=True)


def _print(out: Screen, found: Survey) -> None:
    numbers = ("Too much", "Too little", "Not known", "Healed")
    shown = table("Account", *numbers, numbers=numbers)
    known = directory().describe(due.account_id for due in found.accounts[:_NAMED])
    for due in found.accounts[:_NAMED]:
        name = known[due.account_id].name if due.account_id in known else due.account_id
        shown.add_row(
            name,
            _credits(due.overpaid, due.overpaid_charges),
            _credits(due.underpaid, due.underpaid_charges),
            _credits(due.unknown, due.unknown_charges),
            _credits(due.refunded - due.debited, due.healed_charges),
        )
    if found.accounts:
        out.print(shown)
    if len(found.accounts) > _NAMED:
        out.print(f"… and {len(found.accounts) - _NAMED:,} more accounts; --json has them all.")
    totals, since = found.totals, found.scope.since
    begin = "the first charge" if since is None else f"{since:%Y-%m-%d %H:%M}"
    ways = ", ".join(f"{count:,} {way}" for way, count in found.charges.items()) or "none"
    until = f"{found.scope.until:%Y-%m-%d %H:%M} UTC"
    out.print(bold(found.flag), f"charges priced by the candidate, {begin} to {until}")
    out.print(found.against.meaning)
    out.print(f"  charges         {ways}")
    out.print(f"  too much        {_money(found, 'overpaid')}")
    out.print(f"  too little      {_money(found, 'underpaid')}")
    out.print(f"  not known       {_money(found, 'unknown')}: {found.against.unknown}")
    out.print(
        f"  healed before   {totals['healed_charges']:,} charges: {totals['refunded']:,} credits given back, "
        f"{totals['debited']:,} taken"
    )
    if derived := found.derived:
        out.print(f"  computed again  {derived}")


def _credits(credits: int, charges: int) -> str:  # noqa: A002  The domain's word.
    return f"{credits:,} ({charges:,})" if charges else "–"


def _money(found: Survey, name: str) -> str:
    credits = found.totals[name]  # noqa: A001
    return f"{credits:,} credits, {_usd(found.usd(credits))}, over {found.totals[f'{name}_charges']:,} charges"


def _usd(value: Decimal) -> str:
    return f"{value:,.2f} USD"


def _print_outcome(out: Screen, found: Survey, healed: Healing | None, *, allow_debits: bool) -> None:
    if healed is None:
        out.print("Nothing was written. To give back what was paid too much: add --write")
        return
    if not healed.refunds.entries and not healed.debits.entries:
        out.print("There is nothing to heal: nothing was written.")
    else:
        for told, done in (("given back", healed.refunds), ("taken", healed.debits)):
            if done.entries:
                entries = f"{done.entries:,} entries of run {healed.run}"
                out.print(
                    bold(f"{done.credits:,} credits {told}"),
                    f"({_usd(found.usd(done.credits))}) for {done.charges:,} charges, in {entries}.",
                )
    if healed.not_taken:
        out.print(warning(f"{healed.not_taken:,} credits were not taken:"), "the balances do not reach.")
    if found.totals["underpaid"] and not allow_debits:
        out.print("What was paid too little was left: --allow-debits takes it, when another person has approved it.")


def _outcome(healed: Healing | None) -> str:
    """Return what was written, in plain words."""
    if healed is None:
        return "Nothing was written."
    given, taken = healed.refunds, healed.debits
    return f"Run {healed.run}: {given.credits:,} credits given back, {taken.credits:,} taken."


def _as_json(found: Survey, healed: Healing | None) -> dict[str, Any]:
    return {
        "flag": found.flag,
        "since": found.scope.since,
        "until": found.scope.until,
        "against": found.against,
        "usd_per_credit": found.usd_per_credit,
        "charges": dict(found.charges),
        "totals": dict(found.totals),
        "usd": {name: found.usd(found.totals[name]) for name in ("overpaid", "underpaid", "unknown")},
        "accounts": [asdict(due) for due in found.accounts],
        "written": None if healed is None else asdict(healed),
    }
