"""What a test run has by itself, whoever runs it."""

from migration_harness.conf import setting
from migration_harness.testing import waffle_flags
from migration_harness.testing.raising import raise_on_mismatch

_prepared: list[str] = []


def prepare() -> None:
    """Have waffle's helper for flags work with ours, and differences raised where the settings say so; once."""
    if _prepared:
        return
    _prepared.append("this process")
    waffle_flags.take_over()
    if setting("RAISE_ON_MISMATCH", default=False):
        raise_on_mismatch().enable()
