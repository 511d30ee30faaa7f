"""Traffic in a process of the copy: WHAT, TIMES and NAME are the words of its command line."""

import json
import sys
from typing import Final

from igny8_core.auth.models import Account
from rehearsal import kept, work

OTHER_SERVICE: Final = "Juniper Foods"
"""An account that works with another image service than the default: its images have no price today."""


def main() -> None:
    """Run the command line: traffic so many times, or ``paths`` of the account TIMES, and print what that has left.

    ``same-paths`` begins as an earlier one of the name did, so that what both leave can be compared.
    """
    what, times, name = sys.argv[1:4]
    accounts = [each for each in Account.objects.select_related("plan").order_by("pk") if each.name != OTHER_SERVICE]
    if what in ("paths", "same-paths"):
        account = accounts[int(times)]
        if what == "same-paths":
            work.begin_as_before(account, name=name)
        before = kept.marks()
        work.work_on_every_path(account, name=name)
        work.wait_until_shadowed()
        sys.stdout.write(json.dumps(kept.left_since(before, account=account)))
    else:
        _with_legacy_code(what, accounts, times=int(times), name=name)


def _with_legacy_code(what: str, accounts: list[Account], *, times: int, name: str) -> None:
    """Ask seams, or what is behind them."""
    from rehearsal import planted, traffic  # noqa: PLC0415  What they import goes with legacy code.

    match what:
        case "keys":
            traffic.ask_for_keys(accounts[0], times=times)
        case "models":
            traffic.ask_about_models(accounts[0], times=times)
        case "charges":
            traffic.charge_every_stratum(accounts, times=times, name=name)
        case "legacy":
            planted.an_old_report(accounts[0])
        case "vanish":
            traffic.ask_for_keys(accounts[0], times=1)
            planted.vanish()
        case _:
            raise SystemExit(f"There is no traffic {what!r}.")
