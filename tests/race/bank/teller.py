"""A process that charges without a pause: ``python -m tests.race.bank.teller NAME JOURNAL``.

Ids come back: its own after a restart, and some that all tellers use. What is charged follows from the id, but for a
few that come with another account, which is a conflict.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import django

from igny8_core import importing

importing.begin()
django.setup()

from django.db import DatabaseError, InterfaceError, connection, connections, transaction  # noqa: E402

from igny8_core.auth.models import Account  # noqa: E402
from igny8_core.business.billing.exceptions import BillingError  # noqa: E402
from igny8_core.business.billing.models import CreditTransaction  # noqa: E402
from igny8_core.business.billing.services.credit_service import CreditService  # noqa: E402
from igny8_core.business.billing.services.posting import Receipt  # noqa: E402
from igny8_core.business.billing.usage import Usage  # noqa: E402
from migration_harness.api import ExecutionPath, HarnessError, unit_of_work  # noqa: E402
from migration_harness.seams.charge import charge  # noqa: E402
from tests.race.bank.journal import Journal  # noqa: E402
from tests.race.bank.prices import work_of  # noqa: E402

SHARED_IDS = 400
REFUNDS = CreditTransaction.TransactionType.REFUND


class TakenBack(Exception):
    """The caller of a charge fails after it: nothing of it stays."""


class Teller:
    """One teller, from birth to death."""

    def __init__(self, name: str, journal: Path) -> None:
        self.name = name
        self.journal = Journal(journal)
        self.chance = Random(f"{name} {os.getpid()}")
        self.accounts = list(Account.objects.using("default").order_by("pk"))
        self.number = 0

    def work(self) -> None:
        with unit_of_work(execution_path=ExecutionPath.DIRECT):
            self.one()

    def one(self) -> None:
        """Do one thing, and write down before what it is and after what came of it."""
        way: Callable[[str, bool], Receipt] = self.chance.choice(
            [self.alone, self.alone, self.alone, self.in_atomic, self.in_charge, self.taken_back, self.refund]
        )
        operation_id = self.id()
        is_conflict = self.chance.random() < 0.03
        self.journal.write(intent=operation_id, way=way.__name__, conflict=is_conflict, at=time.time())
        try:
            receipt = way(operation_id, is_conflict)
        except TakenBack:
            self.journal.write(taken_back=operation_id)
        except (BillingError, HarnessError) as error:
            self.journal.write(refused=operation_id, error=type(error).__name__)
        except (DatabaseError, InterfaceError) as error:
            self.journal.write(failed=operation_id, error=type(error).__name__, text=str(error)[:200])
            with suppress(Exception):
                connections.close_all()
        else:
            self.journal.write(
                done=operation_id, way=way.__name__, entry=receipt.transaction_id, credits=receipt.credits,
                conflict=is_conflict,
            )  # fmt: skip

    def id(self) -> str:
        if self.chance.random() < 0.25:
            return f"bank:shared:{self.chance.randrange(SHARED_IDS)}"
        self.number += self.chance.randrange(2)
        return f"bank:{self.name}:{self.number}"

    def alone(self, operation_id: str, is_conflict: bool = False) -> Receipt:
        work = work_of(operation_id, len(self.accounts))
        return CreditService.deduct_credits_for_operation(
            account=self.accounts[(work.account + is_conflict) % len(self.accounts)],
            operation_type=work.operation,
            model=work.model,
            usage=Usage(tokens_input=work.tokens_input, tokens_output=work.tokens_output),
            operation_id=operation_id,
        )

    def in_atomic(self, operation_id: str, is_conflict: bool) -> Receipt:
        with transaction.atomic():
            return self.alone(operation_id, is_conflict)

    def in_charge(self, operation_id: str, is_conflict: bool) -> Receipt:
        with charge(operation_id=operation_id):
            return self.alone(operation_id, is_conflict)

    def taken_back(self, operation_id: str, is_conflict: bool) -> Receipt:
        with transaction.atomic():
            self.alone(f"{operation_id}:taken back", is_conflict)
            raise TakenBack

    def refund(self, operation_id: str, _: bool) -> Receipt:
        work = work_of(operation_id, len(self.accounts))
        return CreditService.add_credits(
            account=self.accounts[work.account], amount=work.prices["candidate"], transaction_type=REFUNDS,
            description="A refund of the bank.", operation_id=f"{operation_id}:refund",
        )  # fmt: skip


def main() -> None:
    teller = None
    while True:
        try:
            if teller is None:
                teller = Teller(sys.argv[1], Path(sys.argv[2]))
            teller.work()
        except (DatabaseError, InterfaceError):
            # Before there is a journal, or in the middle of closing: as a worker, it goes on.
            with suppress(Exception):
                connection.close()


if __name__ == "__main__":
    main()
