"""Every address that nothing has."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from igny8_core.api.base import ServiceEndpoint


class Nowhere(ServiceEndpoint):
    """Every other address below this API."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Say that there is nothing; a client that follows no redirect must not take one for done."""
        super().initial(request, *args, **kwargs)
        raise NotFound(f"There is no endpoint {request.path}. Addresses end with a slash; docs/ lists them.")
