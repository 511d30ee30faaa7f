"""The images of contents: their prompts, the images, and the files."""

from typing import Any, Final

from django.core.files.storage import default_storage
from django.db.models import OuterRef, Q, Subquery
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from igny8_core.ai import operations
from igny8_core.api.base import TenantReadOnlyViewSet
from igny8_core.api.serializers import writer as shapes
from igny8_core.api.throttles import AI
from igny8_core.api.views.buttons import Buttons
from igny8_core.modules.writer.models import Image, ImagePrompt
from igny8_core.modules.writer.services.deletion import delete_image_prompt

CONTENT_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
"""What a browser may show. Any other file is only to be saved."""


class ImagePrompts(Buttons, mixins.UpdateModelMixin, mixins.DestroyModelMixin, TenantReadOnlyViewSet):
    """What the images of contents are to show."""

    http_method_names = ["get", "post", "patch", "delete", "head"]
    queryset = ImagePrompt.objects.select_related("content").annotate(
        image_id=Subquery(Image.objects.filter(prompt=OuterRef("pk")).order_by("-pk").values("pk")[:1])
    )
    serializer_class: Any = shapes.ImagePromptSerializer
    filter_ids = {"site": "content__site_id", "content": "content_id"}
    filter_states = {"pending": Q(image_id=None), "generated": Q(image_id__isnull=False)}
    orderings = ("id", "position", "created_at")

    def perform_destroy(self, instance: ImagePrompt) -> None:
        """Delete a prompt with its images."""
        delete_image_prompt(instance)

    @extend_schema(request=shapes.ImagePromptIds, responses=shapes.ImagesAnswer, filters=False)
    @action(detail=False, methods=["post"], throttle_scope=AI)
    def generate_images(self, request: Request) -> Response:
        """Make an image of each prompt; each is charged by itself, and a failure of one stops no other."""
        asked = self.asked(request, shapes.ImagePromptIds)
        ids = [row.pk for row in asked["ids"]]
        operation_id = self.operation_id(request, key=asked["operation_id"], ids=ids)
        outcome = operations.generate_images(
            account=self.account, site=asked["ids"][0].content.site, operation_id=operation_id, prompt_ids=ids
        )
        answer = {"operation_id": operation_id, "images": outcome.images, "failures": outcome.failures}
        return Response(shapes.ImagesAnswer(answer).data)


class Images(Buttons, TenantReadOnlyViewSet):
    """Generated images."""

    queryset = Image.objects.select_related("prompt__content")
    serializer_class: Any = shapes.ImageSerializer
    filter_ids = {"site": "prompt__content__site_id", "content": "prompt__content_id", "prompt": "prompt_id"}
    orderings = ("id", "created_at")

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Request, pk: str) -> FileResponse:  # noqa: ARG002  The row is found by it.
        """Return the image's file."""
        image: Image = self.get_object()
        try:
            content = default_storage.open(image.file)
        except FileNotFoundError:
            raise Http404 from None
        kind = CONTENT_TYPES.get(image.file.rpartition(".")[2].lower())
        response = FileResponse(
            content, content_type=kind or "application/octet-stream", as_attachment=kind is None, filename=image.file
        )
        # The name is the image's own for ever, and so are its bytes; the cache is the customer's alone.
        response["Cache-Control"] = "private, max-age=31536000, immutable"
        return response
