"""The one way into the ledger for a charge: a statement that writes charge, usage and evidence, or nothing."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from json.encoder import encode_basestring_ascii as _quote
from typing import Any, NamedTuple

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import InsufficientCreditsError, OperationConflict
from igny8_core.business.billing.services.statement import Statement
from igny8_core.business.billing.usage import Related, Usage
from migration_harness.api import Charge, FlagsChanged, is_too_strict, read_committed

Basis = Callable[[Charge], Mapping[str, Any]]

# An encoder is made once: one for every charge costs as much as what it encodes.
_encode = json.JSONEncoder(default=str, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(sort_keys=True).encode
_CHARGE = f"SELECT outcome, entry_id, credits, balance FROM igny8_settle({', '.join(['%s'] * 23)})"  # noqa: S608  Constants.
# As one value: a server makes a table of what FROM calls, which costs a charge a twentieth of its time.
_CHARGE_ALONE = Statement(f"SELECT igny8_settle({', '.join(f'${n}' for n in range(1, 24))})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an operation was charged. ``repeated``: an earlier call with the same id had charged it."""

    transaction_id: int
    credits: int
    balance_after: int
    repeated: bool = False


class Operation(NamedTuple):
    """What is charged, apart from its price. A tuple, because one is made on every charge.

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
    # @legacy begin model-based-credits
    # The model that the account would use with the new side; empty where it is this one.
    target_model: str = ""
    # @legacy end
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
        """The same id must mean the same: account, operation, model and what was used.

        It is the ``content_hash`` of these, whose text is written out: an encoder takes four times as long.
        """
        operation_type, model, usage = _quote(self.operation_type), _quote(self.model), self.usage
        used = f'{{"tokens_input": {usage.tokens_input}, "tokens_output": {usage.tokens_output}}}'
        made = f", {self.images}" if self.images else ""
        return _digest(f"[{self.account.pk}, {operation_type}, {model}, {used}{made}]")


def content_hash(*content: Any) -> str:
    """Return a digest of an operation's input."""
    return _digest(_encode_sorted(content))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def post(
    charge: Charge,
    operation: Operation,
    *,
    credits: int,  # noqa: A002  The domain's word.
    basis: Basis,
    database: BaseDatabaseWrapper,
    bounded: bool,
) -> Receipt:
    """Write a charge of ``credits`` with its usage log and its evidence; the same operation again writes nothing.

    ``basis`` says on what the price rests, for the ledger. ``bounded``: the transaction is the charge's own and has
    one second. Where the evidence cannot be written the charge is made once more, at the legacy price and without
    it, with an alarm. Raises FlagsChanged, InsufficientCreditsError and OperationConflict, TransactionTooStrict where
    the caller's transaction is at another level than READ COMMITTED, and what the database raises; then nothing was
    written, unless the connection was lost: the same operation again says so.
    """
    evidence = charge.evidence
    try:
        row = _post(_parameters(charge, operation, credits=credits, basis=basis(charge), bounded=bounded), database)
    except DatabaseError as error:
        legacy = charge.control_measure
        if evidence is None or legacy is None or not evidence.is_lost_by(error):
            raise
        charge.lose_evidence(error)
        return post(charge, operation, credits=int(legacy), basis=basis, database=database, bounded=bounded)
    return _receipt(charge, operation, credits, *row)


def _post(parameters: Sequence[str | None], database: BaseDatabaseWrapper) -> tuple[str, int, int, int]:
    """Call the database function; returns outcome, id of the entry, credits and balance."""
    # Asked of the connection that is there: Django's own call makes sure of one, at some cost.
    is_alone = database.autocommit if database.connection else database.get_autocommit()
    if is_alone and not database.in_atomic_block:
        try:
            return _post_alone(parameters, database)
        except DatabaseError as error:
            # This database begins every transaction at a stricter level: ours has to be told.
            if not is_too_strict(error):
                raise
    # In an open transaction a savepoint: it must survive the loss of the evidence.
    with read_committed(), database.cursor() as cursor:
        cursor.execute(_CHARGE, parameters)
        row: tuple[str, int, int, int] = cursor.fetchone()
    return row


def _post_alone(parameters: Sequence[str | None], database: BaseDatabaseWrapper) -> tuple[str, int, int, int]:
    (told,) = _CHARGE_ALONE.execute_alone(parameters, database=database, effect="a charge")
    # "(charged,17,10,249990)": a word and three numbers, of which each may be missing.
    outcome, *numbers = (told or "()")[1:-1].split(",")
    entry_id, charged, balance = [int(number or 0) for number in numbers]
    return outcome, entry_id, charged, balance


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
            charge.withdraw_evidence()
            return Receipt(transaction_id=transaction_id, credits=charged, balance_after=balance, repeated=True)
        case "conflict":
            raise conflict(operation.operation_id, transaction_id)
        case "taken":
            raise OperationConflict(
                f"Another request was charged under the key of the operation {operation.operation_id!r}. "
                "Give each request a key of its own."
            )
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


def _parameters(
    charge: Charge,
    operation: Operation,
    *,
    credits: int,  # noqa: A002
    basis: Mapping[str, Any],
    bounded: bool,
) -> tuple[str | None, ...]:
    """Return what the database function takes, in its order, as text."""
    evidence, related, usage = charge.evidence, operation.related, operation.usage
    return (
        charge.flags,
        "t" if bounded else "f",
        str(operation.account.pk),
        str(credits),
        operation.operation_id,
        operation.content_hash,
        datetime.now(UTC).isoformat(),
        operation.description,
        charge.answered_by,
        str(charge.epoch),
        _text(charge.control_measure),
        _text(charge.candidate_measure),
        _encode(basis),
        operation.operation_type,
        operation.model,
        str(usage.tokens_input),
        str(usage.tokens_output),
        _text(operation.cost_usd),
        "" if related is None else related.kind,
        "" if related is None else str(related.pk),
        _encode(operation.metadata) if operation.metadata else "{}",
        None if evidence is None else evidence.comparison,
        None if evidence is None else evidence.sample,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
