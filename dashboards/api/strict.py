"""Fields that take what they name and nothing like it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field(OpenApiTypes.BOOL)
class TrueOrFalse(serializers.Field[bool, Any, bool, Any]):
    """A JSON boolean and nothing else: REST framework's own field takes ``"no"``, ``0`` and ``""`` as answers too."""

    default_error_messages = {"invalid": "Must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        """Return the value."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:  # noqa: FBT001  REST framework's signature.
        """Return the value."""
        return value


class OneOf(serializers.ChoiceField):
    """One of a few words; the error names them."""

    def __init__(self, words: tuple[str, ...], **kwargs: Any) -> None:
        values = [str(word) for word in words]
        message = f"{{input}} is none of: {', '.join(values)}."
        super().__init__(choices=values, error_messages={"invalid_choice": message}, **kwargs)
