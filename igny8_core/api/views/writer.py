"""The writer: tasks, and the contents that are made of them."""

from typing import Any

from django.db.models import Count, F, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from igny8_core.ai import operations
from igny8_core.api.base import TenantViewSet
from igny8_core.api.describing import may_raise
from igny8_core.api.serializers import writer as shapes
from igny8_core.api.serializers.common import OperationRequest, OutcomeAnswer
from igny8_core.api.throttles import AI
from igny8_core.api.views.buttons import Buttons
from igny8_core.modules.writer.exceptions import StatusRefused
from igny8_core.modules.writer.models import Content, Task
from igny8_core.modules.writer.services.content_status import change_status
from igny8_core.modules.writer.services.deletion import delete_content, delete_task


class Tasks(Buttons, TenantViewSet):
    """Articles to be written."""

    queryset = Task.objects.annotate(content_id=F("content__id"))
    serializer_class: Any = shapes.TaskSerializer
    filter_ids = {"site": "site_id", "cluster": "cluster_id"}
    filter_states = {status.value: Q(status=status) for status in Task.Status}
    orderings = ("id", "title", "created_at")

    def perform_destroy(self, instance: Task) -> None:
        """Delete a task; its idea can be queued again."""
        delete_task(instance)

    @extend_schema(request=OperationRequest, responses=OutcomeAnswer)
    @action(detail=True, methods=["post"], throttle_scope=AI)
    def generate_content(self, request: Request, pk: str) -> Response:  # noqa: ARG002  The row is found by it.
        """Write the article."""
        task = self.get_object()
        key = self.asked(request, OperationRequest)["operation_id"]
        return self.start(request, operations.generate_content, rows=[task], key=key, task_id=task.pk)


class Contents(Buttons, TenantViewSet):
    """Articles. A list has them without their HTML."""

    queryset = Content.objects.all()
    serializer_class: Any = shapes.ContentSerializer
    filter_ids = {"site": "site_id", "task": "task_id"}
    filter_states = {status.value: Q(status=status) for status in Content.Status}
    orderings = ("id", "title", "word_count", "created_at", "updated_at")

    def get_queryset(self) -> QuerySet[Content]:
        """Return the account's contents with their prompts and images counted, in a list without the HTML."""
        contents: QuerySet[Content] = super().get_queryset()
        contents = contents.annotate(
            image_prompt_count=Count("image_prompts", distinct=True),
            image_count=Count("image_prompts__images", distinct=True),
        )
        return contents.defer("html") if self.action == "list" else contents

    def get_serializer_class(self) -> type[BaseSerializer[Content]]:
        """Return the shape of a row in a list, or of one content."""
        return shapes.ContentRow if self.action == "list" else shapes.ContentSerializer

    def perform_destroy(self, instance: Content) -> None:
        """Delete a content with its images; its task can be written again."""
        delete_content(instance)

    @extend_schema(request=OperationRequest, responses=OutcomeAnswer)
    @action(detail=True, methods=["post"], throttle_scope=AI)
    def generate_image_prompts(self, request: Request, pk: str) -> Response:  # noqa: ARG002  The row is found by it.
        """Say what the images of the article are to show."""
        content = self.get_object()
        key = self.asked(request, OperationRequest)["operation_id"]
        return self.start(request, operations.generate_image_prompts, rows=[content], key=key, content_id=content.pk)

    @may_raise(StatusRefused)
    @extend_schema(request=shapes.StatusRequest, responses=shapes.ContentSerializer)
    @action(detail=True, methods=["post"])
    def status(self, request: Request, pk: str) -> Response:  # noqa: ARG002  The row is found by it.
        """Move a content between draft, review and published."""
        content = self.get_object()
        status = Content.Status(self.asked(request, shapes.StatusRequest)["status"])
        change_status(account=self.account, content_id=content.pk, status=status)
        return Response(self.get_serializer(self.get_object()).data)
