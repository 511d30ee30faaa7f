"""What the buttons of the planner and the writer have in common."""

from collections.abc import Collection
from importlib import import_module
from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from igny8_core.api.base import Tenant
from igny8_core.api.filters import RowFilters
from igny8_core.api.idempotency import operation_id_of


class Buttons(Tenant):
    """A list that can be narrowed and ordered, and the operations that are started from it."""

    filter_backends = (RowFilters,)

    @property
    def operations(self) -> Any:
        """The AI operations."""
        return import_module("igny8_core.ai.operations")

    def asked(self, request: Request, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """Return what the body asks for; raises ValidationError."""
        body = serializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def operation_id(self, request: Request, *, key: str, ids: Collection[int]) -> str:
        """Return the operation's id in the ledger."""
        action = f"{self.basename}.{self.action}"
        return operation_id_of(request=request, account=self.account, key=key, action=action, ids=ids)
