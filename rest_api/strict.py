"""Reading a request so that a typo is an error and never a default."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from rest_framework import serializers

if TYPE_CHECKING:
    _Base = serializers.Serializer[Any]
else:
    _Base = object


class RefusesUnknownFields(_Base):
    """For a serializer: a field that it does not know is an error, so that a misspelt one is no silent success."""

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


class StrictSerializer(RefusesUnknownFields, serializers.Serializer[Any]):
    """What a body or a query may say."""


def checked(serializer: type[StrictSerializer], data: Any, **context: Any) -> dict[str, Any]:
    """Return the values of a request's body or query; raises ValidationError."""
    # A form, which an empty body may claim to be, would have defaults for what it leaves out.
    plain = data.dict() if isinstance(data, QueryDict) else data
    reader = serializer(data=plain, context=context)
    reader.is_valid(raise_exception=True)
    values: dict[str, Any] = reader.validated_data
    return values
