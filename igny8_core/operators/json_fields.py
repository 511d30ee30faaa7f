"""JSON that an operator types: within the bounds of a request's body, or an error beside the field."""

from typing import Any

from django.db.models import JSONField
from django.http import HttpRequest

from rest_api.parsing import StrictDecoder


class BoundedJson:
    """For a page: reads JSON so that none is a fault of the service: endless levels, or what no database keeps."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Give a JSON field the decoder of the APIs."""
        if isinstance(db_field, JSONField):
            options["decoder"] = StrictDecoder
        return super().formfield_for_dbfield(db_field, request, **options)  # type: ignore[misc]  # A ModelAdmin's.
