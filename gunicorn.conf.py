"""Gunicorn's settings, read where it is started; options of its command line come first."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "igny8_core.settings")


def on_starting(_server: Any) -> None:
    """Refuse once, before there is any worker that would be refused, too."""
    from igny8_core.starting import refuse_to_serve  # noqa: PLC0415  Not before somebody starts.

    refuse_to_serve()
