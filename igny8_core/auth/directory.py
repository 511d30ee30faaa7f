"""What the harness may know of accounts: the host's side of ``AccountDirectory``."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.http import HttpRequest

from igny8_core.auth.models import Account
from migration_harness.api import AccountInfo

_ID: Final = re.compile("[1-9][0-9]{0,18}")
_LARGEST_KEY: Final = 2**63 - 1


class Accounts:
    """Accounts by id, as text: the harness keeps no foreign key to them."""

    def describe(self, account_ids: Iterable[str]) -> Mapping[str, AccountInfo]:
        """Return name, plan and balance of the accounts that exist among ``account_ids``."""
        keys = [key for key in map(_key, account_ids) if key is not None]
        # Of ten thousand at once: as one text, since a list is written number by number; and without a model of each.
        named = RawSQL("SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, keys))}}}"])
        rows = Account.objects.filter(pk__in=named).values_list("pk", "name", "plan__name", "credits")
        return {
            str(pk): AccountInfo(account_id=str(pk), name=name, plan=plan, balance=balance)
            for pk, name, plan, balance in rows
        }

    def all_ids(self) -> list[str]:
        """Return the id of every account, in order."""
        return [str(pk) for pk in Account.objects.order_by("pk").values_list("pk", flat=True)]

    def find(self, text: str) -> list[AccountInfo]:
        """Return the accounts with this id or this exact name."""
        key = _key(text)
        query = Q(name=text) if key is None else Q(name=text) | Q(pk=key)
        return [_info(row) for row in Account.objects.filter(query).select_related("plan").order_by("pk")]


def _key(text: str) -> int | None:
    """Return the primary key that this text is the id of; ``007`` is none, and a number too large for one."""
    return key if _ID.fullmatch(text) and (key := int(text)) <= _LARGEST_KEY else None


def _info(row: Account) -> AccountInfo:
    return AccountInfo(account_id=str(row.pk), name=row.name, plan=row.plan.name, balance=row.credits)


accounts = Accounts()


def account_of_request(request: HttpRequest) -> str | None:
    """Return the account id of the signed-in user, None for operators and anonymous requests."""
    account_id = getattr(getattr(request, "user", None), "account_id", None)
    return None if account_id is None else str(account_id)
