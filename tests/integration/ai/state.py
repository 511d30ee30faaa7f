"""What an operation may have changed, to be seen as a whole."""

from igny8_core.business.billing.models import CreditTransaction, CreditUsageLog
from igny8_core.modules.planner.models import Cluster, ContentIdea, Keyword
from igny8_core.modules.writer.models import Content, Image, ImagePrompt, Task

ROWS = (Cluster, ContentIdea, Keyword, Task, Content, ImagePrompt, Image, CreditTransaction, CreditUsageLog)


def state_of(account):
    """Every row of an account and its balance, as values that can be compared."""
    account.refresh_from_db()
    rows = {model.__name__: sorted(model.objects.filter(account=account).values_list(), key=str) for model in ROWS}
    return {"credits": account.credits, **rows}


def charges_of(operation_id):
    """The credits that an operation was charged, entry by entry, and its usage logs."""
    entries = CreditTransaction.objects.filter(operation_id=operation_id)
    return [-entry.amount for entry in entries], list(CreditUsageLog.objects.filter(transaction__in=entries))
