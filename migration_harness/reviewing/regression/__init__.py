"""A discrepancy as a test: the recorded call made again, as small as it may be, and what must come of it."""

from migration_harness.reviewing.regression.exporting import Exported, export

__all__ = ["Exported", "export"]
