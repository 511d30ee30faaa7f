"""Traffic in a process of the copy: ``python -m rehearsal.drive WHAT TIMES NAME``."""

import sys
from typing import Final

import django

django.setup()

from igny8_core.auth.models import Account  # noqa: E402  After the set-up.
from rehearsal import traffic  # noqa: E402

OTHER_SERVICE: Final = "Juniper Foods"
"""An account that works with another image service than the default: its images have no price today."""


def main(what: str, times: str, name: str) -> None:
    """Run the command line: ``keys``, ``models`` and ``charges`` so many times, or ``paths`` of the account TIMES."""
    accounts = [each for each in Account.objects.select_related("plan").order_by("pk") if each.name != OTHER_SERVICE]
    match what:
        case "keys":
            traffic.ask_for_keys(accounts[0], times=int(times))
        case "models":
            traffic.ask_about_models(accounts[0], times=int(times))
        case "charges":
            traffic.charge_every_stratum(accounts, times=int(times), name=name)
        case "paths":
            traffic.work_on_every_path(accounts[int(times)], name=name)
        case _:
            raise SystemExit(f"There is no traffic {what!r}.")


if __name__ == "__main__":
    main(*sys.argv[1:4])
