"""Many requests on one set of rows, where each test of its own would make them anew."""

from django.db import transaction


def one_after_another(routes):
    """Let each route be asked on the same rows: what is done at one is taken back before the next."""
    for route in routes:
        with transaction.atomic():
            yield route
            transaction.set_rollback(True)
