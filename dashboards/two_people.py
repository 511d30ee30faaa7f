"""What a page says where an act needs a second person or open gates, and what a superuser adds to pass all the same."""

from django.http import HttpRequest

from migration_harness.api import HarnessError
from migration_harness.exceptions import ApprovalNeeded

OVERRIDE = "override"
"""The name of the second button: what it sends besides the form."""


def overrides(request: HttpRequest) -> bool:
    """Tell whether the button was pressed that passes what is refused; who may is asked where it is done."""
    return request.POST.get(OVERRIDE) == "on"


def awaited_by(error: HarnessError | None) -> int | None:
    """Return the number of the approval that an act waits for; None where something else is wrong."""
    return error.number if isinstance(error, ApprovalNeeded) else None
