"""The endpoints of accounts: the list as it is on the console, one of them, and its statement."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from dashboards.accounts.listing import AccountRow, Accounts
from dashboards.accounts.one import account_page
from dashboards.accounts.statements import statement_page
from dashboards.api import account_answers, requests
from dashboards.api.describing import describes
from dashboards.api.endpoint import OperatorEndpoint
from dashboards.api.pages import page_of
from rest_api.envelope import success


class _Rows(Sequence[AccountRow]):
    """Accounts of which a page is made when it is asked for."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def __len__(self) -> int:
        return self._accounts.count()

    def __getitem__(self, place: Any) -> Any:
        if not isinstance(place, slice):
            return self[place : place + 1][0]
        first, last, _ = place.indices(len(self))
        return self._accounts.page(sort="", descending=False, offset=first, limit=last - first)


class AccountsEndpoint(OperatorEndpoint):
    """All accounts."""

    query = requests.AccountQuery

    @describes(account_answers.AccountAnswer, paged=True, query=query)
    def get(self, request: Request) -> Response:
        """List accounts with their stage under each flag; the filters are those of the console's page."""
        return page_of(_Rows(Accounts(request.query_params)), account_answers.AccountAnswer, request)


class AccountOfId(OperatorEndpoint):
    """One account."""

    @describes(account_answers.OneAccountAnswer)
    def get(self, request: Request, account_id: str) -> Response:  # noqa: ARG002  Every method takes the request.
        """Show an account's stage under each flag, and what puts it there."""
        found = account_page(account_id, now=timezone.now())
        return Response(success(account_answers.OneAccountAnswer(found).data))


class StatementOfAccount(OperatorEndpoint):
    """A month of an account."""

    query = requests.MonthQuery

    @describes(account_answers.StatementAnswer, query=query)
    def get(self, request: Request, account_id: str) -> Response:  # noqa: ARG002
        """Show what an account was charged in a month, under both prices; the newest month where none is named."""
        found = statement_page(account_id, month=self.asked.get("month", ""), now=timezone.now())
        return Response(success(account_answers.StatementAnswer(found.statement).data))
