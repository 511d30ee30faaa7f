"""The verbs of ``manage.py harness``: translate options, make one call, print what came of it."""

from django_typer import patch

from migration_harness.arriving import once_imported


def _patch() -> None:
    patch.PATCH_APPLIED = False
    patch.apply()


# Help heeds ``--no-color`` by a patch of what draws it, and the library would load all of that for it at once.
patch.PATCH_APPLIED = True
once_imported("typer.rich_utils", _patch)
