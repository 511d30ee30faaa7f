"""All statements that the model of the database knows: whoever imports this can run each of them."""

from migration_harness.simulating import orm, protocol, settings
from migration_harness.simulating.saying import run

__all__ = ["ends_failure", "orm", "protocol", "run", "settings"]


def ends_failure(sql: str) -> bool:
    """Tell whether a statement may come after an error in its transaction."""
    return sql.startswith("ROLLBACK TO")
