"""The one way into the ledger for a charge: a statement that writes charge, usage and evidence, or nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.services.statement import Statement
from igny8_core.business.billing.usage import Related, Usage
from migration_harness.api import Charge, FlagsChanged

Basis = Callable[[Charge], Mapping[str, Any]]

_encode = json.JSONEncoder(default=str, separators=(",", ":")).encode
_POST = "SELECT outcome, entry_id, credits, balance FROM igny8_post_charge(%s, %s, %s, %s, %s, %s, %s)"
_POST_ALONE = Statement(_POST.replace("%s", "${}").format(*range(1, 8)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an operation was charged. ``repeated``: an earlier call with the same id had charged it."""

    transaction_id: int
    credits: int
    balance_after: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is charged, apart from its price.

    Attributes:
        account: Who pays.
        operation_id: The same operation is charged once.
        operation_type: What the customer pays for.
        model: The model that was used.
        usage: The tokens that it used.
        images: The images that it made.
        cost_usd: What the provider charges; None where the rate is not known.
        related: The row that it was made for.
        metadata: Kept with the usage log.
    """

    account: Account
    operation_id: str
    operation_type: str
    model: str
    usage: Usage
    images: int = 0
    cost_usd: Decimal | None = None
    related: Related | None = None
    metadata: Mapping[str, Any] | None = None

    @property
    def description(self) -> str:
        """The line that the customer reads."""
        amount = f"{self.images} image{'s' * (self.images > 1)}" if self.images else f"{self.usage.total:,} tokens"
        return f"{self.operation_type.replace('_', ' ').capitalize()} ({self.model}, {amount})"

    @property
    def content_hash(self) -> str:
        """The same id must mean the same: account, operation, model and what was used."""
        usage = {"tokens_input": self.usage.tokens_input, "tokens_output": self.usage.tokens_output}
        made = (self.images,) if self.images else ()
        return content_hash(self.account.pk, self.operation_type, self.model, usage, *made)


def content_hash(*content: Any) -> str:
    """Return a digest of an operation's input."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def post(charge: Charge, operation: Operation, *, credits: int, basis: Basis, bounded: bool) -> Receipt:  # noqa: A002  The domain's word.
    """Write a charge of ``credits`` with its usage log and its evidence; the same operation again writes nothing.

    ``basis`` says on what the price rests, for the ledger. ``bounded``: the transaction is the charge's own and has
    one second. Where the evidence cannot be written the charge is made once more, at the legacy price and without
    it, with an alarm. Raises FlagsChanged, InsufficientCreditsError and OperationConflict; then nothing was written.
    """
    evidence = charge.evidence
    entry = _encode(_entry(charge, operation, metadata=basis(charge)))
    compared = (None, None) if evidence is None else (evidence.comparison, evidence.sample)
    try:
        row = _post(charge, operation, credits=credits, entry=entry, compared=compared, bounded=bounded)
    except DatabaseError as error:
        legacy = charge.control_measure
        if evidence is None or legacy is None or not evidence.is_lost_by(error):
            raise
        charge.lose_evidence(error)
        return post(charge, operation, credits=int(legacy), basis=basis, bounded=bounded)
    return _receipt(charge, operation, credits, *row)


def _post(
    charge: Charge,
    operation: Operation,
    *,
    credits: int,  # noqa: A002
    entry: str,
    compared: tuple[str | None, str | None],
    bounded: bool,
) -> tuple[str, int, int, int]:
    """Call the database function; returns outcome, id of the entry, credits and balance."""
    account_id = operation.account.pk
    if not connection.in_atomic_block and connection.get_autocommit():
        sent = (charge.flags, "t", str(account_id), str(credits), entry, *compared)
        outcome, *numbers = _POST_ALONE.execute_alone(sent, effect="a charge")
        entry_id, charged, balance = (int(number or 0) for number in numbers)
        return str(outcome), entry_id, charged, balance
    # A savepoint: the open transaction must survive the loss of the evidence.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_POST, [charge.flags, bounded, account_id, credits, entry, *compared])
        row: tuple[str, int, int, int] = cursor.fetchone()
    return row


def _receipt(
    charge: Charge,
    operation: Operation,
    cost: int,
    outcome: str,
    transaction_id: int,
    charged: int,
    balance: int,
) -> Receipt:
    match outcome:
        case "charged":
            return Receipt(transaction_id=transaction_id, credits=charged, balance_after=balance)
        case "repeated":
            charge.evidence = None
            return Receipt(transaction_id=transaction_id, credits=charged, balance_after=balance, repeated=True)
        case "conflict":
            raise conflict(operation.operation_id, transaction_id)
        case "insufficient":
            raise insufficient(operation.account, balance=balance, cost=cost)
        case _:
            raise FlagsChanged("A flag changed while the operation was priced.")


def insufficient(account: Account, *, balance: int, cost: int) -> InsufficientCreditsError:
    """Return the error of an account that cannot pay."""
    return InsufficientCreditsError(
        f"{account.name} has {balance:,} credits and needs {cost:,}. Buy credits or upgrade the plan."
    )


def conflict(operation_id: str, transaction_id: int) -> OperationConflict:
    """Return the error of an operation id that stands for something else already."""
    return OperationConflict(
        f"The operation {operation_id!r} was charged with other content (transaction {transaction_id}). "
        "Give each operation an id of its own."
    )


def _entry(charge: Charge, operation: Operation, *, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that the database function takes, by its names."""
    control, candidate = charge.control_measure, charge.candidate_measure
    related = operation.related
    return {
        "operation_id": operation.operation_id,
        "content_hash": operation.content_hash,
        "at": timezone.now(),
        "description": operation.description,
        "priced_by": charge.answered_by,
        "flag_epoch": charge.epoch,
        "control_credits": control,
        "candidate_credits": candidate,
        "metadata": metadata,
        "operation_type": operation.operation_type,
        "model": operation.model,
        "tokens_input": operation.usage.tokens_input,
        "tokens_output": operation.usage.tokens_output,
        "cost_usd": operation.cost_usd,
        "related_kind": "" if related is None else related.kind,
        "related_id": "" if related is None else str(related.pk),
        "usage_metadata": operation.metadata or {},
    }
