"""The commands that a page shows."""

import shlex

import pytest
from django.core.management import call_command

from dashboards.commands import flag_commands, review_commands
from igny8_core.auth.models import Account
from migration_harness import queries
from migration_harness.control.flips import FlagChange, change_flag
from migration_harness.deciding.stages import Stage
from migration_harness.models import AuditEvent, DiscrepancyReview
from migration_harness.reviewing.reviews import review_discrepancy

from .browser import CREDITS


class TestCommands:
    """What can be copied from a page is understood by the harness."""

    @staticmethod
    def run(command):
        python, manage, *arguments = shlex.split(command.line)
        assert (python, manage) == ("python", "manage.py")
        name = str(Account.objects.order_by("pk").first().pk)
        call_command(*[name if argument == "NAME OR ID" else argument for argument in arguments])

    @pytest.mark.parametrize(
        "change",
        [
            FlagChange(),
            FlagChange(baseline=Stage.OFF),
            FlagChange(share_bps=500),
            FlagChange(share_bps=10_000),
            FlagChange(everyone=True),
            FlagChange(everyone=False),
        ],
        ids=["new", "off", "five percent", "all", "everyone", "rolled back"],
    )
    def test_of_a_flag_change_it(self, selected, change):
        change_flag(name=CREDITS, change=change, actor="ada")
        for command in flag_commands(queries.flag_status(CREDITS)):
            before = AuditEvent.objects.count()
            self.run(command)
            assert AuditEvent.objects.count() == before + 1, command.line

    @pytest.mark.parametrize("state", ["open", "acknowledged", "fixed"])
    def test_of_a_discrepancy_review_it(self, mismatch, state):
        if state != "open":
            review_discrepancy(
                signature=mismatch.signature, state=DiscrepancyReview.State(state), actor="ada", reason="."
            )
        for command in review_commands(queries.discrepancy(mismatch.signature)):
            self.run(command)
            (event,) = queries.audit_events(limit=1)
            assert (event.subject, event.reason) == (mismatch.signature, "…")
