"""``manage.py demo``: the service used as customers use it. ``make run`` calls it when everything is up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from igny8_core.auth.models import Site
from igny8_core.demo import buttons, runs

BY_HAND = "Blue Harbour"
RUN_NOW = "Cedar Clinic"
BY_THE_CLOCK = "Delta Outdoor"
OTHER_IMAGES = "Juniper Foods"


class Command(BaseCommand):
    """Every operation on every execution path; safe to repeat: what was done is not done again."""

    help = "Use the demo as customers do: buttons, Run Now, a scheduled run, linker and optimizer. Needs a worker."

    def handle(self, **_options: Any) -> None:
        """Go through the paths, one account each, and say what is being done."""
        self._say(f"{BY_HAND}: planning and writing by its buttons, linking and optimizing.")
        buttons.look_at_the_settings(_site(BY_HAND))
        buttons.press_every_button(_site(BY_HAND))
        buttons.call_the_services(_site(BY_HAND))
        self._say(f"{OTHER_IMAGES}: the same; its images are refused, today's default of their service has no row.")
        buttons.press_every_button(_site(OTHER_IMAGES))
        self._say(f"{RUN_NOW}: an automation by Run Now.")
        self._say(f"  {runs.run_now(_site(RUN_NOW))}")
        self._say(f"{BY_THE_CLOCK}: an automation by the clock.")
        self._say(f"  {runs.run_by_the_clock(_site(BY_THE_CLOCK))}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _site(account: str) -> Site:
    site = Site.objects.select_related("account__plan").filter(account__name=account).order_by("pk").first()
    if site is None:
        raise CommandError(f"The demo's account {account!r} is missing. Create it with: python manage.py seed --demo")
    return site
