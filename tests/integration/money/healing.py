"""Surveys and healings of all that was charged until now."""

from datetime import timedelta

from django.utils import timezone

from migration_harness.money.debits import Window
from migration_harness.money.healing import heal
from migration_harness.money.ledger import Scope
from migration_harness.money.survey import survey

from ..approving import by_two


def scope(**of):
    return Scope(**{"since": None, "until": timezone.now() + timedelta(seconds=1)} | of)


def totals(**of):
    return {name: value for name, value in survey(scope(**of)).totals.items() if value}


def heal_all(**options):
    return heal(survey(scope()), **{"actor": "ada", "window": Window()} | options)


def heal_by_two(**options):
    """Heal as one person, with another's approval of what is taken."""
    return by_two(lambda: heal_all(**{"allow_debits": True, "reason": "agreed"} | options))
