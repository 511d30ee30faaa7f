"""What a test that was exported from the comparison log finds in its empty database."""

from igny8_core.business.billing import remembered


def fresh_installation() -> None:
    """Fill an empty database with what every installation starts with, and forget what was remembered of another."""
    from igny8_core.seed import seed  # noqa: PLC0415  It imports services, and these import seams.

    seed()
    remembered.forget()
