"""A test of the shop that is given what migrations made. Django wants no other kind of flush beside it."""

from django.test import TransactionTestCase

from migration_harness.api import Stage, create_flag
from migration_harness.plan import PlannedFlag


class SerializedTest(TransactionTestCase):
    serialized_rollback = True

    def write(self):
        create_flag(planned=PlannedFlag(name="rebates", owner="tests"), baseline=Stage.SHADOW, actor="tests")

    def test_is_written(self):
        self.write()

    def test_is_written_again(self):
        self.write()
