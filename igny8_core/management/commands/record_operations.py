"""``manage.py record_operations FILE``: the recorded set on which every revision is tried."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.test.utils import override_settings

from igny8_core.ai.sandbox import sandbox
from igny8_core.auth.models import Account, Site
from igny8_core.business.billing.models import CreditTransaction
from igny8_core.business.billing.services.credit_service import CreditService
from igny8_core.effects.typical import TYPICAL, Typical
from igny8_core.seed import seed_demo
from migration_harness.api import PlainCommand, scratch_database

EACH = 20
FIRST_CREDITS = 1_000
CUSTOMER = "Blue Harbour"
"""An account of the demo that may choose its models, and chose none."""


class Command(PlainCommand):
    """Does every kind of operation once in a scratch database, against the sandbox, and exports what was recorded."""

    help = "Record one of each kind of operation, and the ways in which they end badly, into a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Record and export; what is there already of the file is replaced."""
        with tempfile.TemporaryDirectory() as media, sandbox() as provider, scratch_database():
            seed_demo()
            recording = {**settings.HARNESS, "RECORDED_BPS": 10_000}
            with override_settings(HARNESS=recording, IGNY8_SANDBOX_URL=provider.url, MEDIA_ROOT=media):
                for typical in TYPICAL:
                    self.stdout.write(f"{typical.name}: {self._done(typical)}")
            call_command("harness", "operations", "export", str(file), "--each", str(EACH))

    @staticmethod
    def _done(typical: Typical) -> str:
        """Do one on a customer of its own, so that none finds what another one made."""
        plan = Account.objects.select_related("plan").get(name=CUSTOMER).plan
        account = Account.objects.create(name=f"Customer of {typical.name}", plan=plan)
        CreditService.add_credits(
            account=account,
            amount=FIRST_CREDITS,
            transaction_type=CreditTransaction.TransactionType.SUBSCRIPTION,
            description="For what is typical",
        )
        return typical.do(Site.objects.create(account=account, name="A site"))
