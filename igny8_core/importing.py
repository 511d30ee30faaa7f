"""What a process imports stays to its end: to look through it for garbage, time and again, is a third of a start."""

import gc

from django.apps import apps


def begin() -> None:
    """Look for no garbage until all apps are ready; call it where a process begins."""
    if not apps.ready:
        gc.disable()


def end() -> None:
    """Look for garbage from now on, and only among what is made from now on; the app that knows all others calls it."""
    gc.freeze()
    gc.enable()
