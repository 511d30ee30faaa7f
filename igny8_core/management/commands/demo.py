"""``manage.py demo``: the service used as customers use it. ``make run`` calls it when everything is up."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError

from igny8_core.auth.models import Site
from igny8_core.demo import buttons, runs
from igny8_core.demo.surviving import surviving
from igny8_core.starting import refuse_the_demo
from migration_harness.api import PlainCommand

BY_HAND = "Blue Harbour"
RUN_NOW = "Cedar Clinic"
BY_THE_CLOCK = "Delta Outdoor"
OTHER_IMAGES = "Juniper Foods"


class Command(PlainCommand):
    """Every operation on every execution path; safe to repeat: what was done is not done again."""

    help = "Use the demo as customers do: buttons, Run Now, a scheduled run, linker and optimizer. Needs a worker."

    def handle(self, **_options: Any) -> None:
        """Go through the paths, one account each, and say what is being done.

        What fails is said and does not stop the rest, as one customer's failed request stops nobody else's; at the
        end it is an error.
        """
        refuse_the_demo("demo")
        self._failures = 0
        self._say(f"{BY_HAND}: planning and writing by its buttons, linking and optimizing.")
        self._use(BY_HAND, self._by_hand)
        self._say(f"{OTHER_IMAGES}: the same; its images are refused, today's default of their service has no row.")
        self._use(OTHER_IMAGES, lambda site: buttons.press_every_button(site, failed=self._failed))
        self._say(f"{RUN_NOW}: an automation by Run Now.")
        self._use(RUN_NOW, lambda site: self._say(f"  {runs.run_now(site)}"))
        self._say(f"{BY_THE_CLOCK}: an automation by the clock.")
        self._use(BY_THE_CLOCK, lambda site: self._say(f"  {runs.run_by_the_clock(site)}"))
        if self._failures:
            raise CommandError(f"What failed in the demo is said above ({self._failures}); everything else was done.")

    def _by_hand(self, site: Site) -> None:
        buttons.look_at_the_settings(site, failed=self._failed)
        buttons.press_every_button(site, failed=self._failed)
        buttons.call_the_services(site, failed=self._failed)

    def _use(self, account: str, use: Callable[[Site], None]) -> None:
        with surviving(self._failed):
            use(_site(account))

    def _failed(self, told: str) -> None:
        self._failures += 1
        self._say(f"  {told}")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _site(account: str) -> Site:
    site = Site.objects.select_related("account__plan").filter(account__name=account).order_by("pk").first()
    if site is None:
        raise CommandError(f"The demo's account {account!r} is missing. Create it with: python manage.py seed --demo")
    return site
