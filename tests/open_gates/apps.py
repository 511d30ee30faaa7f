"""The app that opens them, in every process that has the suite's settings."""

from django.apps import AppConfig

from migration_harness.control import gating
from migration_harness.control.gating import Admission, Forward


class OpenGates(AppConfig):
    """Answers control's question with yes; it comes after the harness."""

    name = "tests.open_gates"
    label = "open_gates"

    def ready(self) -> None:
        """Take the place of the gatekeeper."""
        gating.answer_by(admit)


def admit(_: Forward) -> Admission:
    """Allow every change."""
    return Admission()
