"""What the harness may know of accounts: the host's side of ``AccountDirectory``."""

from collections.abc import Iterable, Mapping

from django.db.models import Q
from django.http import HttpRequest

from igny8_core.auth.models import Account
from migration_harness.api import AccountInfo


class Accounts:
    """Accounts by id, as text: the harness keeps no foreign key to them."""

    def describe(self, account_ids: Iterable[str]) -> Mapping[str, AccountInfo]:
        """Return name, plan and balance of the accounts that exist among ``account_ids``."""
        rows = Account.objects.filter(pk__in=[i for i in account_ids if i.isdecimal()]).select_related("plan")
        return {str(row.pk): _info(row) for row in rows}

    def all_ids(self) -> list[str]:
        """Return the id of every account, in order."""
        return [str(pk) for pk in Account.objects.order_by("pk").values_list("pk", flat=True)]

    def find(self, text: str) -> AccountInfo | None:
        """Return the account with this id or this exact name, None where there is none."""
        query = Q(name=text) | Q(pk=int(text)) if text.isdecimal() else Q(name=text)
        row = Account.objects.filter(query).select_related("plan").order_by("pk").first()
        return _info(row) if row else None


def _info(row: Account) -> AccountInfo:
    return AccountInfo(account_id=str(row.pk), name=row.name, plan=row.plan.name, balance=row.credits)


accounts = Accounts()


def account_of_request(request: HttpRequest) -> str | None:
    """Return the account id of the signed-in user, None for operators and anonymous requests."""
    account_id = getattr(getattr(request, "user", None), "account_id", None)
    return None if account_id is None else str(account_id)
