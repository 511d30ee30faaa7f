"""Rollbacks that were made, and who obeyed them."""

from migration_harness.models import RollbackProof


def last_rollback() -> RollbackProof | None:
    """Return the newest rollback with its proof, drills aside; None where there was none."""
    return RollbackProof.objects.filter(is_drill=False).order_by("-id").first()
