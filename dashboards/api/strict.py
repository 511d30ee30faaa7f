"""Reading a request so that a typo is an error and never a default."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses what it does not know: a misspelt field of a flip must not be a success that changed nothing."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the values of the known fields; raises ValidationError with the name of an unknown one."""
        if isinstance(data, Mapping):
            known = ", ".join(self.fields) or "none"
            unknown = {
                str(name): [f"There is no such field. Known fields: {known}."]
                for name in data
                if name not in self.fields
            }
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


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


def checked(serializer: type[StrictSerializer], data: Any) -> dict[str, Any]:
    """Return the values of a request's body or query; raises ValidationError."""
    # A form, which an empty body may claim to be, would have defaults for what it leaves out.
    plain = data.dict() if isinstance(data, QueryDict) else data
    reader = serializer(data=plain)
    reader.is_valid(raise_exception=True)
    values: dict[str, Any] = reader.validated_data
    return values
