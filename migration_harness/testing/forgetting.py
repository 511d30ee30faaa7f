"""Begins anew between tests."""

from migration_harness import notices
from migration_harness.deciding import source
from migration_harness.errors import reporter
from migration_harness.log import recorder
from migration_harness.reviewing import stored_rules
from migration_harness.rollout.automatic import watching
from migration_harness.seams import keeping
from migration_harness.seams.deferred import working
from migration_harness.tombstones import reporter as tombstones


def forget() -> None:
    """Begin anew: no snapshot, no stored rule, no buffered comparison, nothing counted, nothing said."""
    watching.finish()
    source.forget()
    stored_rules.rules.forget()
    recorder.forget()
    working.forget()
    reporter.forget()
    tombstones.forget()
    notices.forget()
    keeping.forget()
