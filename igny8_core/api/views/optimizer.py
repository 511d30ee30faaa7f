"""The optimizer: its button, what it proposes, and accepting that."""

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from igny8_core.api.base import TenantReadOnlyViewSet
from igny8_core.api.describing import may_raise
from igny8_core.api.serializers import optimizer as shapes
from igny8_core.api.serializers.writer import ContentSerializer
from igny8_core.api.throttles import AI
from igny8_core.api.views.buttons import Buttons
from igny8_core.business.optimizer.exceptions import ContentChanged
from igny8_core.business.optimizer.models import OptimizationTask
from igny8_core.business.optimizer.services.optimizer_service import OptimizerService
from igny8_core.modules.writer.models import Content
from migration_harness.api import ExecutionPath, unit_of_work


class Optimizations(Buttons, TenantReadOnlyViewSet):
    """Better versions of contents. A list has them without the HTML."""

    queryset = OptimizationTask.objects.select_related("content")
    serializer_class: Any = shapes.OptimizationSerializer
    filter_ids = {"site": "site_id", "content": "content_id"}
    filter_states = {status.value: Q(status=status) for status in OptimizationTask.Status}
    orderings = ("id", "created_at")

    def get_queryset(self) -> QuerySet[OptimizationTask]:
        """Return the account's optimizations, in a list without the HTML."""
        rows: QuerySet[OptimizationTask] = super().get_queryset()
        rows = rows.defer("content__html")
        return rows.defer("html_before", "html_after", "content__html") if self.action == "list" else rows

    def get_serializer_class(self) -> type[BaseSerializer[OptimizationTask]]:
        """Return the shape of a row in a list, or of one optimization."""
        return shapes.OptimizationRow if self.action == "list" else shapes.OptimizationSerializer

    @extend_schema(request=None, responses=shapes.OptimizationSerializer)
    @may_raise(ContentChanged)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: str) -> Response:  # noqa: ARG002  The row is found by it.
        """Accept an optimization: the content becomes what it says. It costs nothing."""
        task = OptimizerService.apply(account=self.account, task_id=self.get_object().pk)
        return Response(self.get_serializer(task).data)


class OptimizedContents(Buttons):
    """Contents, to be optimized."""

    queryset = Content.objects.select_related("site")
    serializer_class: Any = ContentSerializer

    @extend_schema(request=shapes.OptimizeRequest, responses=shapes.OptimizeAnswer)
    @action(detail=True, methods=["post"], throttle_scope=AI)
    def optimize(self, request: Request, pk: str) -> Response:  # noqa: ARG002  The row is found by it.
        """Make a better version of a content; the content is changed at once only where ``apply`` says so."""
        content = self.get_object()
        asked = self.asked(request, shapes.OptimizeRequest)
        # The service charges by itself, not through the engine.
        with unit_of_work(execution_path=ExecutionPath.DIRECT):
            return self.start(
                request,
                OptimizerService.optimize,
                rows=[content],
                key=asked["operation_id"],
                answer=shapes.OptimizeAnswer,
                content_id=content.pk,
                apply=asked["apply"],
            )
