"""Pages of what came with phase 1, where its way back has taken that out."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from igny8_core.business.billing import phase_one


class OfPhaseOne:
    """Lists nothing while the tables and columns of phase 1 are not there."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows; none where they cannot be read whole."""
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]  # Of the admin behind it.
        return rows if phase_one.is_there() else rows.none()

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Return the filters; none where there is nothing to choose from."""
        return super().get_list_filter(request) if phase_one.is_there() else ()  # type: ignore[misc]
