"""What is known of the trail's end outside of it: Notes [A shortened trail] and [Revisions before] of ``check.py``."""

from collections.abc import Iterator
from typing import Any, Final

from migration_harness.database import connection
from migration_harness.models import AuditHead, Epoch
from migration_harness.trail.traces import REMEDY, epoch_of

CUT_OFF: Final = f"Its last events were removed. {REMEDY}"


def keeps_head() -> bool:
    """Tell whether the database has a place for the head: on the schema of the revision before it has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('migration_harness_audithead') IS NOT NULL")
        return bool(cursor.fetchone()[0])


class Known:
    """What is known of the trail's end, and what of it was seen on the way."""

    def __init__(self, asked_for: str) -> None:
        self.since = 0
        self._asked_for, self._was_seen = asked_for, not asked_for
        self._kept, self._kept_was_seen = "", False
        self._counter, self._epoch = 0, 0

    @property
    def epoch(self) -> int:
        """The newest epoch that the events tell of."""
        return self._epoch

    def go_on_after(self, epoch: int) -> None:
        """Begin behind events that tell of this epoch."""
        self._epoch = epoch

    def pass_by(self, event: Any) -> Iterator[str]:
        """Look at the next event; returns a sentence where nobody can have written it."""
        self._counter, self._kept = event.counter or 0, getattr(event, "kept_head", None) or ""
        if self._kept_was_seen and epoch_of(event) <= self._epoch:
            yield (
                f"Audit event {event.pk} ({event.action} {event.subject}) was not written by the harness: it comes "
                f"after the newest event that the harness knows of ({self._kept}). {REMEDY}"
            )
        self._epoch = max(self._epoch, epoch_of(event))
        if self._asked_for and self._was_seen:
            self.since += 1
        self._was_seen = self._was_seen or event.hash == self._asked_for
        self._kept_was_seen = self._kept_was_seen or event.hash == self._kept

    def end(self) -> Iterator[str]:
        """Return a sentence for each way in which the end is not the one that is known."""
        if not self._was_seen:
            yield f"The trail has no event with the hash {self._asked_for}. {CUT_OFF}"
        if self._epoch == 0:
            self._read_without_events()
        if self._kept and not self._kept_was_seen:
            yield f"The newest event ({self._kept}) is not on the trail. {CUT_OFF}"
        if self._epoch < self._counter:
            yield (
                f"Flags were changed up to epoch {self._counter}, and the trail ends with epoch {self._epoch}. "
                f"{CUT_OFF}"
            )
        if self._epoch > self._counter:
            yield (
                f"The trail tells of epoch {self._epoch}, and the flags have only come to {self._counter}: no change "
                f"of a flag wrote that event. {REMEDY}"
            )

    def _read_without_events(self) -> None:
        self._counter = Epoch.objects.values_list("value", flat=True).first() or 0
        if keeps_head():
            self._kept = AuditHead.objects.values_list("hash", flat=True).first() or ""
