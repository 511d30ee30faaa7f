"""The linker: its button, and the links that there are."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.api.base import TenantReadOnlyViewSet
from igny8_core.api.serializers.common import OperationRequest
from igny8_core.api.serializers.linker import InternalLinkSerializer, LinkAnswer
from igny8_core.api.serializers.writer import ContentSerializer
from igny8_core.api.throttles import AI
from igny8_core.api.views.buttons import Buttons
from igny8_core.business.linker.models import InternalLink
from igny8_core.business.linker.services.linker_service import LinkerService
from igny8_core.modules.writer.models import Content
from migration_harness.api import ExecutionPath, unit_of_work


class Links(Buttons, TenantReadOnlyViewSet):
    """Links that were put into contents."""

    queryset = InternalLink.objects.select_related("source", "target")
    serializer_class: Any = InternalLinkSerializer
    filter_ids = {"site": "site_id", "source": "source_id", "target": "target_id"}
    orderings = ("id", "created_at")


class LinkedContents(Buttons):
    """Contents, to be linked."""

    queryset = Content.objects.select_related("site")
    serializer_class: Any = ContentSerializer

    @extend_schema(request=OperationRequest, responses=LinkAnswer)
    @action(detail=True, methods=["post"], throttle_scope=AI)
    def link(self, request: Request, pk: str) -> Response:  # noqa: ARG002  The row is found by it.
        """Link a content to others of its site."""
        content = self.get_object()
        key = self.asked(request, OperationRequest)["operation_id"]
        # The service charges by itself, not through the engine.
        with unit_of_work(execution_path=ExecutionPath.DIRECT):
            return self.start(
                request, LinkerService.link, rows=[content], key=key, answer=LinkAnswer, content_id=content.pk
            )
