"""What surrounds the ledger: keys that drifted and stayed so, and the audit trail."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.utils import timezone

from migration_harness.exceptions import AuditTampered
from migration_harness.models import AuditEvent, Drift, TrialPass, TrialState
from migration_harness.money.books import Books
from migration_harness.money.trial_balance.faults import is_broken, keep, look_again
from migration_harness.money.trial_balance.found import MOST, Found, LawName
from migration_harness.money.trial_balance.progress import pass_named, went_on
from migration_harness.money.trial_balance.signals import TRAIL
from migration_harness.money.trial_balance.turns import turn
from migration_harness.trail import audit

DRIFT_SECONDS: Final = 900
"""What one store missed is repaired every minute."""
TRAIL_SECONDS: Final = 600
"""After which the trail is checked although nothing was written."""


def drifted() -> list[Found]:
    """Return the keys whose last write has been in one store only for too long."""
    late = timezone.now() - timedelta(seconds=DRIFT_SECONDS)
    return [
        Found(
            law=LawName.DRIFT,
            key=str(each.pk),
            account_id=each.account_id,
            rows=(each.pk,),
            sentence=(
                f"{each.seam}: {each.key} has been in the {each.authoritative}'s store only since "
                f"{each.at:%Y-%m-%d %H:%M:%S} UTC. Repair it: harness reconcile."
            ),
        )
        for each in Drift.objects.filter(at__lt=late).order_by("at")[:MOST]
    ]


def tampered() -> list[Found]:
    """Return what is wrong with the audit trail, a break for each sentence."""
    try:
        audit.verified()
    except AuditTampered as error:
        return [Found(law=LawName.TRAIL, key=_key(sentence), sentence=sentence) for sentence in error.sentences]
    return []


def _key(sentence: str) -> str:
    """Return what a sentence is known by: it may quote a text that is longer than an index takes."""
    return sha256(sentence.encode()).hexdigest()


def check_trail(books: Books | None) -> None:
    """Check the trail as a whole where it has grown, where somebody has changed it, and now and then."""
    newest = AuditEvent.objects.order_by("-id").values_list("hash", flat=True).first() or ""
    if not _is_due(newest, pass_named(TRAIL)):
        return
    found = tampered()
    with turn(books):
        look_again(at=lambda _law, _faults: found, laws=[LawName.TRAIL])
        keep(found)
        TrialState.objects.filter(pk=1).update(trail_hash=newest)
        went_on(pass_named(TRAIL), position="")


def _is_due(newest: str, gone: TrialPass) -> bool:
    if gone.rounds_due or gone.finished_at is None or is_broken(LawName.TRAIL):
        return True
    if gone.finished_at < timezone.now() - timedelta(seconds=TRAIL_SECONDS):
        return True
    return not TrialState.objects.filter(pk=1, trail_hash=newest).exists()
