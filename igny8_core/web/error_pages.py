"""What Django tells of an error, by page where ``DEBUG`` is on and by mail: where it was, and no value."""

import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any, Final

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

_HIDDEN: Final = r"API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|COOKIE|URL|LOCATION|DATABASES|NOTICES"
"""Of settings and headers: Django's own words, and where a password stands inside of an address."""


class NoValues(SafeExceptionReporterFilter):
    """Hides every variable and every field that was sent, also from whoever has switched ``DEBUG`` on.

    Django hides none there, and a variable of a client of HTTP is a header with a key in it.
    """

    hidden_settings = re.compile(_HIDDEN, flags=re.IGNORECASE)

    def is_active(self, request: HttpRequest | None) -> bool:  # noqa: ARG002  Django's signature.
        """Tell that something is to be hidden: always."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Return the names of what was sent."""
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(
        self,
        request: HttpRequest | None,  # noqa: ARG002  Django's signature.
        tb_frame: FrameType,
    ) -> ItemsView[str, Any]:
        """Return the names of a frame's variables."""
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()
