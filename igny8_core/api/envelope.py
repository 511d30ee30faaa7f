"""How an answer is written: in the envelope."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework.renderers import JSONRenderer

from rest_api.envelope import success

_BODILESS: Final = (204, 304)


class EnvelopeRenderer(JSONRenderer):
    """Puts what a view answers into the envelope; a list and an error are in it already."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return the answer as JSON."""
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code in _BODILESS:
            return b""
        rendered: bytes = super().render(
            data if _is_enveloped(data) else success(data), accepted_media_type, renderer_context
        )
        return rendered


def _is_enveloped(data: Any) -> bool:
    # Both keys: what an endpoint answers may well have a field named ``success``.
    return isinstance(data, dict) and {"success", "request_id"} <= data.keys()
