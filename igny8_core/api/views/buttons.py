"""What the buttons of the planner and the writer have in common."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from igny8_core.api.base import Tenant
from igny8_core.api.filters import RowFilters
from igny8_core.api.idempotency import operation_id_of
from igny8_core.api.serializers.common import OutcomeAnswer
from igny8_core.auth.room import refusal_of


class Buttons(Tenant):
    """A list that can be narrowed and ordered, and the operations that are started from it."""

    filter_backends = (RowFilters,)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Create within the caller's account."""
        with _nobody_meanwhile():
            super().perform_create(serializer)

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Change a row."""
        with _nobody_meanwhile():
            serializer.save()

    def asked(self, request: Request, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Return what the body asks for; raises ValidationError."""
        body = serializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def start(
        self,
        request: Request,
        operation: Callable[..., Any],
        *,
        rows: Sequence[Any],
        key: str,
        answer: type[BaseSerializer[Any]] = OutcomeAnswer,
        **what: Any,
    ) -> Response:
        """Do an operation on rows of one site, with ``what`` it takes besides, and answer what came of it."""
        operation_id = self.operation_id(request, key=key, ids=[row.pk for row in rows])
        outcome = operation(account=self.account, site=rows[0].site, operation_id=operation_id, **what)
        return Response(answer(outcome).data)

    def operation_id(self, request: Request, *, key: str, ids: Collection[int]) -> str:
        """Return the operation's id in the ledger."""
        action = f"{self.basename}.{self.action}"
        return operation_id_of(request=request, account=self.account, key=key, action=action, ids=ids)


class ChangedMeanwhile(APIException):
    """Somebody made the same row, or deleted one that is referred to, after the request had been looked at."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "changed_meanwhile"
    default_detail = "Somebody changed this at the same time. Look again, then try again."


@contextmanager
def _nobody_meanwhile() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise refusal_of(error) or ChangedMeanwhile from None
