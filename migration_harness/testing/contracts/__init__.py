"""What must hold of what a host declares, as tests: subclass one, say what it is about, and run it.

Each is a class of test methods for pytest and, beside ``django.test.TestCase``, for unittest. What a subclass gives is
said by the methods that raise NotImplementedError. They write to the database of the test.
"""

from migration_harness.testing.contracts.charges import ChargesContract
from migration_harness.testing.contracts.directory import DirectoryContract
from migration_harness.testing.contracts.ledger import LedgerContract
from migration_harness.testing.contracts.oracle import OracleContract
from migration_harness.testing.contracts.store import StoreContract

__all__ = ["ChargesContract", "DirectoryContract", "LedgerContract", "OracleContract", "StoreContract"]
