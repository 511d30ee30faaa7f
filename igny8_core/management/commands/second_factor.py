"""``manage.py second_factor``: who has one, and the way back in for who has lost it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from igny8_core.auth.factor_models import SecondFactor
from igny8_core.auth.signing_in import second_factor
from migration_harness.api import PlainCommand, at_prompt


class Command(PlainCommand):
    """Lists who has a second factor, or takes one away."""

    help = "List who has a second factor; with --remove USERNAME take it away: then the password is enough."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare ``--remove`` and ``--reason``."""
        parser.add_argument("--remove", metavar="USERNAME", help="Whose second factor is lost.")
        parser.add_argument("--reason", default="", help="Why; it goes into the audit trail.")

    def handle(self, *_args: Any, remove: str | None, reason: str, **_options: Any) -> None:
        """List, or take one away."""
        factors = SecondFactor.objects.filter(confirmed_at__isnull=False).select_related("user").order_by("user")
        if remove is None:
            for each in factors:
                left = each.recovery_codes.count()
                self.stdout.write(f"{each.user}: since {each.confirmed_at:%Y-%m-%d}, {left} recovery codes left")
            return
        factor = factors.filter(user__username=remove).first()
        if factor is None:
            raise CommandError(f"{remove!r} has no second factor. List who has: python manage.py second_factor")
        second_factor.remove(factor, actor=at_prompt().name, reason=reason)
        self.stdout.write(f"{remove} signs in with the password alone from now on.")
