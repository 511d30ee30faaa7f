"""What an operation came to."""

from dataclasses import dataclass

from igny8_core.auth.models import Account
from igny8_core.business.billing.exceptions import OperationConflict
from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One operation that was charged. ``created``: ids of the rows it made; empty where it is ``repeated``."""

    operation_id: str
    model: str
    credits: int
    created: tuple[int, ...]
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFailure:
    """An image that was not made, and so not charged. ``error`` is the class of what happened."""

    prompt_id: int
    error: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagesOutcome:
    """The images that were made, each an operation of its own, and those that were not."""

    images: tuple[Outcome, ...]
    failures: tuple[ImageFailure, ...]


def earlier_outcome(*, account: Account, operation_type: str, operation_id: str) -> Outcome | None:
    """Return what an operation of this id came to, None where there was none.

    Raises OperationConflict where it was another account's, or something else.
    """
    charged = CreditTransaction.objects.filter(operation_id=operation_id).select_related("usage_log").first()
    if charged is None:
        return None
    usage: CreditUsageLog | None = getattr(charged, "usage_log", None)
    if charged.account_id != account.pk or usage is None or usage.operation_type != operation_type:
        raise OperationConflict(f"The operation id {operation_id!r} is taken. Give each operation an id of its own.")
    return Outcome(
        operation_id=operation_id,
        model=usage.model_used,
        credits=abs(charged.amount),
        created=(),
        repeated=True,
    )
