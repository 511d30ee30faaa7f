"""Requests of operators are in no transaction of the host's, whatever its ``ATOMIC_REQUESTS`` says.

A flip inside one would be committed after the answer, and the answer waits for processes that hear of it by the commit.
"""

from typing import Final

from django.db import transaction

from migration_harness.database import alias

commits_for_itself: Final = transaction.non_atomic_requests(using=alias())
"""Decorates a view whose one call of a room is a transaction of its own."""
